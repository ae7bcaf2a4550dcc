/** Holds every line that an app logs for a test's call: no field beyond those that are listed, and nothing of the caller's. */
import { expect } from "vitest";
import type { LogEntry } from "../src/log.ts";
import { requestFields } from "../src/middleware/request-log.ts";

const known: readonly string[] = [...requestFields, "request_id"];
/** Fields of a body whose values belong to nobody but the caller. */
const confidential = /password|token|email|secret/i;

/** Fails if a line shows a field that the list of request-log.ts does not have, or a value that `sent` keeps secret. */
export function holdLines(lines: readonly LogEntry[], sent: { token?: string; json?: unknown; form?: object }): void {
  const secrets = [sent.token, ...confidentialIn(sent.json), ...confidentialIn(sent.form)];
  for (const line of lines) {
    if (line.message !== "request") continue;
    expect(known, "src/middleware/request-log.ts lists the fields of a request's line").toEqual(
      expect.arrayContaining(Object.keys(line)),
    );
    const text = JSON.stringify(line);
    // A shorter text may be found by chance.
    for (const secret of secrets) if (secret && secret.length >= 8) expect(text.includes(secret), text).toBe(false);
  }
}

/** Fails with the reason if the tasks of an answer could not be run: what a test expects of them would be missing. */
export function holdTaskRuns(lines: readonly LogEntry[]): void {
  const failed = lines.filter(({ message, level, cause }) => message === "tasks" && level === "error" && cause);
  expect(failed, "The tasks after the answer could not be run").toStrictEqual([]);
}

function confidentialIn(fields: unknown): string[] {
  if (typeof fields !== "object" || fields === null) return [];
  return Object.entries(fields).flatMap(([name, value]) =>
    typeof value === "string" && confidential.test(name) ? value : [],
  );
}
