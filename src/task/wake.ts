import type { Deps, Enqueued } from "../context/types.ts";
import type { Bindings } from "../settings.ts";
import { lookSeconds, ringFor } from "./alarm.ts";
import { send, Wake } from "./messages.ts";
import { afterAnswer, runTasks } from "./run.ts";

/**
 * Has tasks run that were just enqueued: by messages where there is a queue, otherwise here and now. The alarm runs those
 * with a delay, and those that take longer than the platform lets this Worker go on after its answer.
 */
export const wake: Deps["wake"] = async (bindings, deps, enqueued) => {
  const { settings, tasks, log, trips, facts } = deps;
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
  else if (soon.length > 0) {
    const ids = soon.map(({ id }) => id);
    await runTasks(bindings, deps, { ids, time: afterAnswer, log, spent: trips.count + (facts.calls ?? 0) });
  }
  await ringing;
};

/** Runs the tasks that these messages name. They come again if the tasks could not be run. */
export async function onWake(batch: MessageBatch, bindings: Bindings, deps: Deps): Promise<void> {
  const ids = batch.messages.flatMap(({ body }) => Wake.safeParse(body).data?.id ?? []);
  if (ids.length > 0 && !(await runTasks(bindings, deps, { ids }))) batch.retryAll();
}
