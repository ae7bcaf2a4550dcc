import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";

/** A line of wrangler's report for programs. */
const Event = z.looseObject({ type: z.string() });

/** The answer of wrangler: all that it said, and its report. */
export type WranglerRun = { code: number; said: string; events: z.infer<typeof Event>[] };

export type Wrangler = (...args: string[]) => Promise<WranglerRun>;

/** The environment variables of a command, as `process.env` has them. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

export const wranglerScript = join(
  dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "bin/wrangler.js",
);

/**
 * The project's own wrangler in `project`, which never asks. It is not told the owner's `DATABASE_URL`. `stop` ends it, and the
 * terminal's signals do not reach it: it would end with half of its work done, and nobody would be told.
 */
export function wranglerIn(project: string, variables: EnvironmentVariables, stop?: AbortSignal): Wrangler {
  return async (...args) => {
    stop?.throwIfAborted();
    const folder = await mkdtemp(join(tmpdir(), "plinth-wrangler-"));
    const report = join(folder, "report.ndjson");
    try {
      const { DATABASE_URL: _, ...rest } = variables;
      // GitHub sets a secret that it does not have to nothing, which wrangler would take for a token.
      const isSet = ([name, value]: [string, unknown]) => !(name.startsWith("CLOUDFLARE_") && value === "");
      const env = {
        ...Object.fromEntries(Object.entries(rest).filter(isSet)),
        // Deploys a front end only where it was named: the example is for the developer's machine.
        FRONT_END: variables.FRONT_END ?? "",
        CI: "1",
        NO_COLOR: "1",
        WRANGLER_SEND_METRICS: "false",
        WRANGLER_OUTPUT_FILE_PATH: report,
      };
      const child = spawn(process.execPath, [wranglerScript, ...args], {
        cwd: project,
        env,
        stdio: ["ignore", "pipe", "pipe"],
        detached: isGrouped,
      });
      const ended = once(child, "close");
      const end = () => void endGroup(child, ended);
      stop?.addEventListener("abort", end);
      const said: string[] = [];
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => said.push(String(data)));
      const [code] = await ended.finally(() => stop?.removeEventListener("abort", end));
      stop?.throwIfAborted();
      return { code: Number(code ?? 1), said: said.join(""), events: await eventsIn(report) };
    } finally {
      await rm(folder, { recursive: true });
    }
  };
}

/** Gives wrangler a group of its own, which ends with it. Windows has none. */
const isGrouped = process.platform !== "win32";

/** Ends a process with all that it has started. */
async function endGroup(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  const kill = (signal: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      process.kill(isGrouped ? -child.pid : child.pid, signal);
    } catch {
      // It has just ended by itself.
    }
  };
  kill("SIGTERM");
  const isEnded = await Promise.race([ended.then(isTrue, isTrue), delay(2_000, false, { ref: false })]);
  if (!isEnded) kill("SIGKILL");
}

const isTrue = () => true;

async function eventsIn(report: string): Promise<WranglerRun["events"]> {
  const text = await readFile(report, "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => Event.parse(JSON.parse(line)));
}

/** The last lines of what wrangler said, for a message. */
export function lastWords({ said }: WranglerRun): string {
  const lines = said
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== "" && !/wrangler \d|^─+$|Logs were written|^🪵/.test(line));
  return lines.slice(-12).join("\n");
}
