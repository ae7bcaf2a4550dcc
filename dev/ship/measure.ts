import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { CommandError } from "../config.ts";
import { startBudget } from "./budgets.ts";
import { lastWords, type Wrangler } from "./wrangler.ts";

/** The upload of a deploy: its text, and its size in kilobytes, gzipped. */
export type Bundle = { text: string; kilobytes: number };

/** Builds what a deploy would upload, and sends it nowhere. Throws {@link CommandError} if it cannot be built. */
export async function measureBundle(wrangler: Wrangler, env: string): Promise<Bundle> {
  return inFolder(async (folder) => {
    const ran = await wrangler("deploy", "--dry-run", `--env=${env}`, `--outdir=${folder}`);
    if (ran.code !== 0) throw new CommandError(`The Worker cannot be built:\n${lastWords(ran)}`);
    const names = (await readdir(folder)).filter((name) => /\.m?js$/.test(name));
    const modules = await Promise.all(names.map((name) => readFile(join(folder, name))));
    return {
      text: modules.map(String).join("\n"),
      kilobytes: modules.reduce((sum, bytes) => sum + gzipSync(bytes).length, 0) / 1_000,
    };
  });
}

/** The upload, and milliseconds of CPU of its start; undefined where that cannot be profiled. */
export type Measured = { bundle: Bundle; start: number | undefined };

export async function measure(wrangler: Wrangler, env: string): Promise<Measured> {
  return { bundle: await measureBundle(wrangler, env), start: await measureStart(wrangler, env) };
}

/** The profile of a start, as V8 tells it. */
export const Profile = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: z.object({ functionName: z.string() }) })),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** Milliseconds of CPU until the Worker is ready, on this machine; undefined where it cannot be profiled. */
export function measureStart(wrangler: Wrangler, env: string): Promise<number | undefined> {
  return leastStart(() => measureStartOf(wrangler, `--env=${env}`));
}

/** The least of up to three starts: one over the budget is measured anew, since other work on the machine only makes it longer. */
export async function leastStart(once: () => Promise<number | undefined>, most = 3): Promise<number | undefined> {
  const start = await once();
  if (start === undefined || start <= startBudget || most === 1) return start;
  return Math.min(start, (await leastStart(once, most - 1)) ?? start);
}

/** The same, once, for the Worker that a deploy with these arguments would upload. */
async function measureStartOf(wrangler: Wrangler, args: string): Promise<number | undefined> {
  return inFolder(async (folder) => {
    const file = join(folder, "start.cpuprofile");
    const ran = await wrangler("check", "startup", `--args=${args}`, `--outfile=${file}`);
    const text = await readFile(file, "utf8").catch(() => undefined);
    return ran.code === 0 && text !== undefined ? busyTime(Profile.parse(JSON.parse(text))) : undefined;
  });
}

/** The milliseconds of a profile in which the Worker's own code ran. */
export function busyTime({ nodes, samples, timeDeltas }: z.infer<typeof Profile>): number {
  const idle = new Set(
    nodes
      .filter(({ callFrame }) => ["(idle)", "(program)", "(root)"].includes(callFrame.functionName))
      .map(({ id }) => id),
  );
  const busy = samples.reduce((sum, id, place) => (idle.has(id) ? sum : sum + (timeDeltas[place] ?? 0)), 0);
  return busy / 1_000;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "plinth-measure-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
