import type { Deps, Enqueued } from "../context/types.ts";
import { sendsMail } from "../settings.ts";
import { mailTask } from "../values.ts";
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
    // The other Worker has the same settings. Any other `canRun` is code, which it alone has.
    canRun: ({ settings }) => outline.name !== mailTask || sendsMail(settings),
    perform: () => Promise.reject(new Error("Another Worker runs this task")),
    ...outline,
  }));
}

/**
 * Has the Worker that runs tasks run those of these that it can: by messages where there is a queue, otherwise by its alarm,
 * at once.
 */
export const wakeElsewhere: Deps["wake"] = async (_bindings, deps, enqueued) => {
  const { settings, tasks, transport } = deps;
  const { TASK_QUEUE: queue, TASK_ALARM: alarm } = settings;
  const able = tasks.filter(({ canRun }) => canRun({ settings, transport }));
  const mine = enqueued.filter(({ name }) => able.some((task) => task.name === name));
  const isSent = ({ delay }: Enqueued) => queue !== undefined && delay === 0;
  const ringing = ringFor(
    mine.map((one) => ({ ...one, delay: isSent(one) ? lookSeconds : one.delay })),
    deps,
  );
  if (queue) await send(queue, alarm ? mine.filter(isSent) : mine, deps);
  await ringing;
};
