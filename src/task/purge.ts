import type { Statement } from "../context/types.ts";
import { inSteps } from "./steps.ts";
import { type Task, type TaskContext, task } from "./task.ts";

type Purging = Statement & { _: { result: { rows: unknown[] } } };

/** Rows that are removed by one statement: few enough to hold no lock for long. */
const size = 1_000;

/**
 * Declares a task that removes expired rows every ten minutes, until none is left. One that runs out of time goes on in
 * the next task.
 */
export function purge(name: string, some: (context: TaskContext, limit: number) => Purging): Task {
  const purging = task({ name, every: { minutes: 10 }, timeout: 60, retry: { attempts: 3 } }, async (context) => {
    const { step, run } = context;
    const { count, isDone } = await inSteps(context, size, async () => (await step(some(context, size))).rows.length);
    if (!isDone) await run(purging.later({}, { key: "rest" }));
    return count;
  });
  return purging;
}
