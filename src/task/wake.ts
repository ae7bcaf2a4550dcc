import { z } from "zod";
import type { Deps, Enqueued } from "../context/types.ts";
import { describeError } from "../log.ts";
import type { Bindings, Settings } from "../settings.ts";
import { ringFor } from "./alarm.ts";
import { afterAnswer, runTasks } from "./run.ts";

/** A message of the queue. A lost or a doubled one does no harm: the task itself is in the database. */
const Wake = z.object({ id: z.uuid() });

/** The longest delay of a message, in seconds: https://developers.cloudflare.com/queues/platform/limits/ */
const longestDelay = 12 * 60 * 60;
const messagesAtOnce = 100;
/** Seconds after which the alarm looks for what was not run, because a Worker was killed or a message lost. */
const lookSeconds = 60;

/**
 * Has tasks run that were just enqueued: by messages where there is a queue, otherwise here and now. The alarm runs those
 * with a delay, and those that take longer than the platform lets this Worker go on after its answer.
 */
export async function wake(
  bindings: Bindings,
  deps: Deps & { settings: Settings },
  enqueued: readonly Enqueued[],
): Promise<void> {
  const { settings, tasks, log } = deps;
  const { TASK_QUEUE: queue, TASK_ALARM: alarm } = settings;
  const able = tasks.filter(({ canRun }) => canRun({ settings, transport: deps.transport }));
  const mine = enqueued.filter(({ name }) => able.some((task) => task.name === name));
  const brief = able.flatMap(({ name, timeoutSeconds }) => (timeoutSeconds < afterAnswer.end ? name : []));
  const isSoon = ({ name, delay }: Enqueued) => delay === 0 && (queue !== undefined || brief.includes(name));
  const soon = mine.filter(isSoon);
  const ringing = ringFor(
    mine.map((one) => ({ ...one, delay: isSoon(one) ? lookSeconds : one.delay })),
    deps,
  );
  if (queue) await send(queue, alarm ? soon : mine, deps);
  else if (soon.length > 0) await runTasks(bindings, deps, { ids: soon.map(({ id }) => id), time: afterAnswer, log });
  await ringing;
}

async function send(queue: Queue, enqueued: readonly Enqueued[], { log }: Deps): Promise<void> {
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

/** Runs the tasks that these messages name. They come again if the tasks could not be run. */
export async function onWake(batch: MessageBatch, bindings: Bindings, deps: Deps): Promise<void> {
  const ids = batch.messages.flatMap(({ body }) => Wake.safeParse(body).data?.id ?? []);
  if (ids.length > 0 && !(await runTasks(bindings, deps, { ids }))) batch.retryAll();
}
