import { z } from "zod";
import type { Deps, Enqueued } from "../context/types.ts";
import { describeError } from "../log.ts";
import type { Bindings, Settings } from "../settings.ts";
import { runTasks } from "./run.ts";

/** A message of the queue. A lost or a doubled one does no harm: the task itself is in the database. */
const Wake = z.object({ id: z.uuid() });

/** The longest delay of a message, in seconds: https://developers.cloudflare.com/queues/platform/limits/ */
const longestDelay = 12 * 60 * 60;
const messagesAtOnce = 100;

/** Has tasks run that were just enqueued: by messages where there is a queue, otherwise here and now. */
export async function wake(
  bindings: Bindings,
  deps: Deps & { settings: Settings },
  enqueued: readonly Enqueued[],
): Promise<void> {
  const queue = deps.settings.TASK_QUEUE;
  if (!queue) {
    const due = enqueued.flatMap(({ id, delay }) => (delay === 0 ? id : []));
    if (due.length > 0) await runTasks(bindings, deps, due);
    return;
  }
  try {
    for (let next = 0; next < enqueued.length; next += messagesAtOnce) {
      const some = enqueued.slice(next, next + messagesAtOnce);
      await queue.sendBatch(
        some.map(({ id, delay }) => ({
          body: { id } satisfies z.output<typeof Wake>,
          delaySeconds: Math.min(delay, longestDelay),
        })),
      );
    }
  } catch (error) {
    // The sweep finds them.
    deps.log({ level: "warn", message: "tasks", reason: "the queue took no messages", cause: describeError(error) });
  }
}

/** Runs the tasks that these messages name. They come again if the tasks could not be run. */
export async function onWake(batch: MessageBatch, bindings: Bindings, deps: Deps): Promise<void> {
  const ids = batch.messages.flatMap(({ body }) => Wake.safeParse(body).data?.id ?? []);
  if (ids.length > 0 && !(await runTasks(bindings, deps, ids))) batch.retryAll();
}
