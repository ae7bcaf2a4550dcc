import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from "miniflare";
import { z } from "zod";
import { startBudget } from "../ship/budgets.ts";
import { busyTime, type MeasuredStart, Profile } from "../ship/measure.ts";
import type { BuiltWorker } from "./build.ts";

type Startable = Pick<BuiltWorker, "name" | "folder" | "config">;

/** The starts by the names of Workers. */
type Starts = Map<string, MeasuredStart>;

/** The starts to try at most, and the milliseconds for each. */
type Bounds = { most?: number; patience?: number };

/**
 * Measures the start of each Worker, one after another in one runtime: a run of wrangler, with a runtime of its own, would cost
 * each of them seconds. The least of up to three starts counts, as with `leastStart`. A runtime that ends, or a start without end, leaves
 * the rest unknown.
 */
export async function measureStarts(
  workers: readonly Startable[],
  count: (done: number) => void = () => {},
  { most = 3, patience = 30_000 }: Bounds = {},
): Promise<Starts> {
  if (workers.length === 0) return new Map();
  const starts = await startsOf(workers, count, patience);
  const isOver = (start: MeasuredStart) => typeof start === "number" && start > startBudget;
  const over = workers.filter(({ name }) => isOver(starts.get(name)));
  if (over.length === 0 || most === 1) return starts;
  const again = await measureStarts(over, undefined, { most: most - 1, patience });
  for (const [name, start] of again) {
    const before = starts.get(name);
    if (typeof start === "number" && typeof before === "number") starts.set(name, Math.min(start, before));
  }
  return starts;
}

async function startsOf(
  workers: readonly Startable[],
  count: (done: number) => void,
  patience: number,
): Promise<Starts> {
  const options = await Promise.all(workers.map(startOptions));
  const runtime = new Miniflare(
    convertV4MiniflareOptions({ workers: options, inspectorPort: 0, handleStructuredLogs() {} }),
  );
  try {
    const starts: Starts = new Map();
    const inspector = await runtime.ready.then(() => runtime.getInspectorURL()).catch(() => undefined);
    if (!inspector) return starts;
    for (const { name } of workers) {
      const start = startOf(name, runtime, inspector).catch(() => undefined);
      const known = await Promise.race([start.then((told) => ({ told })), delay(patience, undefined)]);
      // A start without end, or a runtime that has ended, keeps all others waiting.
      if (!known) break;
      starts.set(name, known.told);
      count(starts.size);
    }
    return starts;
  } finally {
    await runtime.dispose();
  }
}

const Config = z.looseObject({
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()).default([]),
  vars: z.record(z.string(), z.json()).default({}),
});

/** A Worker that begins at its first request, when the profiler listens. */
async function startOptions({ name, folder, config }: Startable): Promise<V4WorkerOptions> {
  const { compatibility_date, compatibility_flags, vars } = Config.parse(config);
  const begin = `export default { fetch: () => import("./index.js").then(() => new Response(), (error) =>
    new Response(String(error), { status: 500 })) };`;
  return {
    name,
    compatibilityDate: compatibility_date,
    compatibilityFlags: compatibility_flags,
    bindings: vars,
    modulesRoot: "/",
    modules: [
      { type: "ESModule", path: "/begin.js", contents: begin },
      { type: "ESModule", path: "/index.js", contents: await readFile(join(folder, "index.js"), "utf8") },
    ],
  };
}

const Answer = z.looseObject({ id: z.number(), result: z.looseObject({ profile: Profile.optional() }).optional() });

async function startOf(name: string, runtime: Miniflare, inspector: URL): Promise<MeasuredStart> {
  const socket = new WebSocket(new URL(`/core:user:${name}`, inspector).href);
  const waiting = new Map<number, (answer: z.infer<typeof Answer>["result"]) => void>();
  socket.addEventListener("message", ({ data }) => {
    const { success, data: answer } = Answer.safeParse(JSON.parse(String(data)));
    if (success) waiting.get(answer.id)?.(answer.result);
  });
  const call = (method: string) =>
    new Promise<z.infer<typeof Answer>["result"]>((resolve) => {
      waiting.set(waiting.size, resolve);
      socket.send(JSON.stringify({ id: waiting.size - 1, method }));
    });
  try {
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", reject);
    });
    await call("Profiler.enable");
    await call("Profiler.start");
    const worker = await runtime.getWorker(name);
    const begun = await worker.fetch("http://localhost/");
    const stopped = await call("Profiler.stop");
    if (!begun.ok) return { fault: `throws as it is loaded: ${(await begun.text()).split("\n")[0]}` };
    return stopped?.profile ? busyTime(stopped.profile) : undefined;
  } finally {
    socket.close();
  }
}
