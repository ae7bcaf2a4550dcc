import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { freePort } from "../local/port.ts";

/** A proxy that holds each request and each answer against the document. */
export type Prism = { url: string; stop(): Promise<void> };

/** Milliseconds. */
const startTimeout = 30_000;

/** Starts Prism before the server at `upstream`. Its findings are in the answers: see {@link violationsIn}. */
export async function startPrism(document: string, upstream: string): Promise<Prism> {
  const bin = join(import.meta.dirname, "node_modules/@stoplight/prism-cli/dist/index.js");
  const port = await freePort();
  const args = [bin, "proxy", document, upstream, "--port", String(port), "--verboseLevel", "fatal"];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  const ended = once(child, "close");
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill();
    await ended;
  };
  for (const deadline = Date.now() + startTimeout; !(await isUp(url)); await setTimeout(100)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error("Prism did not start.");
    }
  }
  return { url, stop };
}

async function isUp(url: string): Promise<boolean> {
  return fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Faults that Prism finds in the answer, and, unless it was wrong on purpose, in the request. */
export function violationsIn({ headers }: Response, { isWrong = false } = {}): string[] {
  const found = headers.get("sl-violations");
  if (found === null) return [];
  // A list that is too long for a header begins with a sentence and breaks off.
  if (!found.startsWith("[")) return [found];
  const violations: { location: string[]; message: string }[] = JSON.parse(found);
  return violations.flatMap(({ location, message }) =>
    isWrong && location[0] === "request" ? [] : [`${location.join(".")} ${message}`],
  );
}
