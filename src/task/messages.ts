import { z } from "zod";
import type { Deps, Enqueued } from "../context/types.ts";
import { describeError } from "../log.ts";

/** A message of the queue. A lost or a doubled one does no harm: the task itself is in the database. */
export const Wake = z.object({ id: z.uuid() });

/** The longest delay of a message, in seconds: https://developers.cloudflare.com/queues/platform/limits/ */
const longestDelay = 12 * 60 * 60;
const messagesAtOnce = 100;

/** Sends a message for each of these tasks. Never throws. */
export async function send(queue: Queue, enqueued: readonly Enqueued[], { log }: Deps): Promise<void> {
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
    // The alarm or the sweep finds them.
    log({ level: "warn", message: "tasks", reason: "the queue took no messages", cause: describeError(error) });
  }
}
