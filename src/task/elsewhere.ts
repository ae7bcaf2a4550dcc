import type { Deps, Enqueued } from "../context/types.ts";
import { lookSeconds, ringFor } from "./alarm.ts";
import { send } from "./messages.ts";
import type { Task } from "./task.ts";

/** A task that another Worker runs, in plain data. */
export type TaskOutline = Pick<Task, "name" | "timeoutSeconds">;

/** Tasks that this Worker may enqueue, without the code that performs them. */
export function tasksElsewhere(outlines: readonly TaskOutline[]): Task[] {
  return outlines.map((outline) => ({
    attempts: 1,
    backoff: { firstSeconds: 0, mostSeconds: 0 },
    concurrency: null,
    slots: undefined,
    canRun: () => false,
    perform: () => Promise.reject(new Error("Another Worker runs this task")),
    ...outline,
  }));
}

/** Has the Worker that runs tasks run these: by messages where there is a queue, otherwise by its alarm, at once. */
export const wakeElsewhere: Deps["wake"] = async (_bindings, deps, enqueued) => {
  const { TASK_QUEUE: queue, TASK_ALARM: alarm } = deps.settings;
  const isSent = ({ delay }: Enqueued) => queue !== undefined && delay === 0;
  const ringing = ringFor(
    enqueued.map((one) => ({ ...one, delay: isSent(one) ? lookSeconds : one.delay })),
    deps,
  );
  if (queue) await send(queue, alarm ? enqueued.filter(isSent) : enqueued, deps);
  await ringing;
};
