import type { TaskContext } from "./task.ts";

/** Repeats a step of at most `size` things until it finds fewer, or has to stop. Answers their number, and if it is done. */
export async function inSteps({ mayGoOn }: Pick<TaskContext, "mayGoOn">, size: number, step: () => Promise<number>) {
  let count = 0;
  for (;;) {
    const found = await step();
    count += found;
    if (found < size) return { count, isDone: true };
    if (!mayGoOn()) return { count, isDone: false };
  }
}
