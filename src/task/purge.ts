import type { Statement } from "../context/types.ts";
import { type Task, type TaskContext, task } from "./task.ts";

type Purging = Statement & { _: { result: { rows: unknown[] } } };
/** `calls` are those of a step beside its round trips to the database. */
type Step = { found: number; removed: number; calls?: number };

/** Rows that are removed by one statement: few enough to hold no lock for long. */
const size = 1_000;

/** Every hour, all at the same time, so that an idle database wakes once for all purges. */
const every = "0 * * * *";

/** Declares a task that removes expired rows every hour, until none is left. `first` runs before each removal. */
export function purge(
  name: string,
  some: (context: TaskContext, limit: number) => Purging,
  first: (context: TaskContext) => Statement | undefined = () => undefined,
): Task {
  return purgeInSteps(name, size, async (context) => {
    const [, { rows }] = await context.step(first(context), some(context, size));
    return { found: rows.length, removed: rows.length };
  });
}

/**
 * Declares a purge by steps of any kind. A step that finds fewer than `size` is the last one. A task that runs out of time
 * goes on in the next one.
 */
export function purgeInSteps(
  name: string,
  size: number,
  step: (context: TaskContext, size: number) => Promise<Step>,
): Task {
  const purging = task({ name, every, timeout: 60, retry: { attempts: 3 } }, async (context) => {
    let [count, made] = [0, 0];
    for (;;) {
      const { found, removed, calls = 0 } = await step(context, size);
      count += removed;
      made += calls;
      if (found < size) return count;
      if (context.mayGoOn(made)) continue;
      await context.run(purging.later({}, { key: "rest" }));
      return count;
    }
  });
  return purging;
}
