import type { Deps } from "../context/types.ts";
import { ringFor } from "./alarm.ts";
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
  const sent = enqueued.filter(({ delay }) => delay === 0 || !alarm);
  const ringing = ringFor(queue ? enqueued.filter((one) => !sent.includes(one)) : enqueued, deps);
  if (queue) await send(queue, sent, deps);
  await ringing;
};
