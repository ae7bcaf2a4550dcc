/** Sentry's envelopes, which other trackers of errors take as well: https://develop.sentry.dev/sdk/data-model/envelopes/ */

import type { Dsn } from "../setting-values.ts";

/** A failure, by what the log says of it. */
export type ErrorReport = {
  at: Date;
  release: string;
  environment: string;
  fields: Record<string, unknown>;
};

export function envelopeHeaders({ key }: Dsn): Record<string, string> {
  return {
    "Content-Type": "application/x-sentry-envelope",
    "X-Sentry-Auth": `Sentry sentry_version=7, sentry_client=plinth/1.0, sentry_key=${key}`,
  };
}

/** An envelope with one event. It names the user by their id alone. */
export function envelopeOf(report: ErrorReport): string {
  const { at, release, environment, fields } = report;
  const event_id = crypto.randomUUID().replaceAll("-", "");
  const causes = chainOf(fields.cause);
  const event = {
    ...{ event_id, timestamp: at.toISOString(), platform: "javascript", level: "error", logger: fields.message },
    ...{ release, environment, fingerprint: [fingerprintOf(fields)] },
    transaction: fields.route === undefined ? fields.task : `${fields.method} ${fields.route}`,
    tags: picked(fields, tagged),
    extra: picked(fields, measured),
    ...(fields.user_id !== undefined && { user: { id: fields.user_id } }),
    // The innermost cause comes first.
    exception: { values: causes.length > 0 ? causes.map(exceptionOf).toReversed() : [exceptionOf(fields)] },
  };
  const head = { event_id, sent_at: at.toISOString() };
  return [head, { type: "event" }, event].map((part) => `${JSON.stringify(part)}\n`).join("");
}

/** The same for each occurrence of an error, and a different one for another line or kind. */
export function fingerprintOf(fields: Record<string, unknown>): string {
  const [cause = {}] = chainOf(fields.cause).toReversed();
  const [frame] = framesOf(cause.stack).toReversed();
  const { error, fault, sqlstate, http_status } = cause;
  const line = frame && `${frame.filename}:${frame.lineno}:${frame.colno}`;
  return [fields.message, fields.code, fields.operation_id ?? fields.task, error, fault, sqlstate, http_status, line]
    .map((part) => String(part ?? ""))
    .join("|");
}

const tagged = ["request_id", "trace_id", "operation_id", "code", "status", "task", "task_id", "outcome", "colo"];
const measured = ["duration_ms", "db_round_trips", "db_ms", "hash_ms", "attempt", "reason"];

function picked(fields: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
}

type Cause = Record<string, unknown>;

/** A cause and its causes. */
function chainOf(cause: unknown): Cause[] {
  if (typeof cause !== "object" || cause === null) return [];
  const fields: Cause = { ...cause };
  return [fields, ...chainOf(fields.cause)];
}

function exceptionOf({ error, message, code, detail, fault, sqlstate, http_status, stack }: Cause) {
  const value = detail ?? [fault, sqlstate, http_status, code].filter((part) => part !== undefined).join(" ");
  const frames = framesOf(stack);
  return {
    type: String(error ?? message ?? "Error"),
    value: String(value),
    mechanism: { type: "generic", handled: true },
    ...(frames.length > 0 && { stacktrace: { frames } }),
  };
}

/** The frames of a stack, the innermost last, by the name under which a source map of the bundle is uploaded. */
function framesOf(stack: unknown) {
  const lines = String(stack ?? "").split("\n");
  const frames = lines.flatMap((line) => {
    const [, name, file = "", lineno, colno] = /^\s*at (?:(.+?) \()?([^\s()]+):(\d+):(\d+)\)?$/.exec(line) ?? [];
    if (lineno === undefined) return [];
    const filename = `app:///${file.replace(/^(file:\/\/)?\/*/, "")}`;
    return { function: name ?? "?", filename, lineno: Number(lineno), colno: Number(colno), in_app: true };
  });
  return frames.toReversed();
}
