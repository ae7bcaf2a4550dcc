import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { runGrouped } from "./group.ts";

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
      const { code, said } = await runGrouped(wranglerScript, args, { cwd: project, env, stop });
      return { code, said, events: await eventsIn(report) };
    } finally {
      await rm(folder, { recursive: true });
    }
  };
}

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
