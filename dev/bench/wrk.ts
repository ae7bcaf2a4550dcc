/** Load by wrk, where the system has it: it leaves more of a small machine to the server than a generator in Node. */
import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { CommandError } from "../config.ts";
import type { Call } from "./load.ts";

const run = promisify(execFile);
/** Requests, and milliseconds. */
const Summary = z.object({
  requests: z.int(),
  elapsed: z.number(),
  median: z.number(),
  p99: z.number(),
  wrong: z.int(),
});

export async function hasWrk(): Promise<boolean> {
  // It answers its own version with an error.
  const answer = await run("wrk", ["-v"]).catch((error: { stdout?: string }) => error);
  return /^wrk /.test(answer.stdout ?? "");
}

/** Calls for `seconds` on `connections` at once. Throws a {@link CommandError} if any answer was no success. */
export async function wrk(
  origin: string,
  { name, method = "GET", path, headers = {}, body }: Call,
  { seconds, connections }: { seconds: number; connections: number },
): Promise<{ requests: number; perSecond: number; median: number; p99: number }> {
  const script = join(tmpdir(), `wrk-${crypto.randomUUID()}.lua`);
  const set = Object.entries(headers).map(([key, value]) => `wrk.headers[${lua(key)}] = ${lua(value)}`);
  const lines = [`wrk.method = ${lua(method)}`, ...set, ...(body === undefined ? [] : [`wrk.body = ${lua(body)}`])];
  await writeFile(script, `${lines.join("\n")}\n${done}`, { mode: 0o600 });
  try {
    const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", script, `${origin}${path}`];
    const { stdout } = await run("wrk", args);
    const summary = Summary.parse(JSON.parse(stdout.split("\n").findLast((line) => line.startsWith("{")) ?? ""));
    const { requests, elapsed, median, p99, wrong } = summary;
    if (wrong > 0 || requests === 0) throw new CommandError(`Under load ${name} failed ${wrong} times of ${requests}.`);
    return { requests, perSecond: (requests * 1_000) / elapsed, median, p99 };
  } finally {
    await rm(script, { force: true });
  }
}

const done = `done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n{"requests":%d,"elapsed":%f,"median":%f,"p99":%f,"wrong":%d}\\n',
    summary.requests, summary.duration / 1000, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    e.connect + e.read + e.write + e.status + e.timeout))
end
`;

/** A text as Lua quotes it: JSON's quotes, for characters that need no other escape. */
function lua(text: string): string {
  return JSON.stringify(text);
}
