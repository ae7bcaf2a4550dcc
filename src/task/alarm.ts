import { runner } from "../context/run.ts";
import type { Deps, Enqueued } from "../context/types.ts";
import { Tasks } from "../crud/tasks.ts";
import { describeError } from "../log.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "./attempt.ts";
import type { Task } from "./task.ts";

/** The two alarms of a Worker's tasks. One rings again only when its tasks have ended, so long ones have their own. */
export type Span = "brief" | "long";
export const spans: readonly Span[] = ["brief", "long"];

/** The alarm of a task. */
export function spanOf({ timeoutSeconds }: Task): Span {
  return timeoutSeconds <= 60 ? "brief" : "long";
}

/** Seconds after which the alarm looks for what was not run, because a Worker was killed or a message lost. */
export const lookSeconds = 60;

/** Seconds until another look at a task that is due, but has to wait for others of its kind. */
const busySeconds = 10;

type Context = { settings: Settings } & Pick<Deps, "log" | "tasks">;

/**
 * Has all tasks of a span run that are due in this many seconds, or earlier. Costs no round trip to the database. Where
 * the alarm is not bound or cannot be reached, the cron trigger runs them. Never throws.
 */
export async function ringWithin(seconds: number, span: Span, { settings, log }: Context): Promise<void> {
  try {
    await settings.TASK_ALARM?.getByName(span).ringWithin(seconds);
  } catch (error) {
    log({ level: "warn", message: "tasks", reason: "the alarm was not set", cause: describeError(error) });
  }
}

/** Has these tasks run after their delays. */
export async function ringFor(enqueued: readonly Pick<Enqueued, "name" | "delay">[], context: Context): Promise<void> {
  for (const span of spans) {
    const names = context.tasks.flatMap((task) => (spanOf(task) === span ? task.name : []));
    const delays = enqueued.flatMap(({ name, delay }) => (names.includes(name) ? delay : []));
    if (delays.length > 0) await ringWithin(Math.min(...delays), span, context);
  }
}

/**
 * Sets the alarms for the earliest task of those that this run may run: one that waits, that a killed Worker left
 * behind, or whose slot comes next. The log tells of tasks that cannot run here.
 */
export async function ringForNext(work: Work, mine: readonly Task[], unable: readonly string[]): Promise<void> {
  const { db, now, log } = work;
  const kinds = mine.map((task) => ({ name: task.name, span: spanOf(task) }));
  const slots = mine.flatMap((task) => {
    const { newest, next } = task.slots?.(now()) ?? {};
    const span = spanOf(task);
    return [newest, next].flatMap((slot) => (slot ? { name: task.name, span, slot: slot.toISOString() } : []));
  });
  const { rows } = await runner(db)(Tasks.nextDue(db, { kinds, unable, slots }));
  for (const { held, ...next } of rows) {
    const reason = "this Worker cannot run them";
    if (held > 0) log({ level: "warn", message: "tasks", reason, names: unable, waiting: held });
    for (const span of spans) {
      const seconds = next[span];
      if (seconds !== null) await ringWithin(seconds > 0 ? seconds : busySeconds, span, work);
    }
  }
}
