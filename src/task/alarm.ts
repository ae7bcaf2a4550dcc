import { runner } from "../context/run.ts";
import type { Deps } from "../context/types.ts";
import { Tasks } from "../crud/tasks.ts";
import { describeError } from "../log.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "./attempt.ts";
import type { Task } from "./task.ts";

/** The one alarm of a Worker's tasks. */
const name = "tasks";
/** Seconds until another look at a task that is due, but has to wait for others of its kind. */
const busySeconds = 10;

/**
 * Has all tasks run that are due in so many seconds, or earlier. Costs no round trip to the database. Where the alarm is
 * not bound or cannot be reached, the cron trigger runs them. Never throws.
 */
export async function ringWithin(
  seconds: number,
  { settings, log }: { settings: Settings } & Pick<Deps, "log">,
): Promise<void> {
  try {
    await settings.TASK_ALARM?.getByName(name).ringWithin(seconds);
  } catch (error) {
    log({ level: "warn", message: "tasks", reason: "the alarm was not set", cause: describeError(error) });
  }
}

/**
 * Sets the alarm for the earliest task of those that this Worker can run: one that waits, that a killed Worker left
 * behind, or whose slot comes next. The log tells of tasks that cannot run here.
 */
export async function ringForNext(work: Work, able: readonly Task[]): Promise<void> {
  const { db, tasks, now, log } = work;
  const slots = able.flatMap((task) => {
    const { newest, next } = task.slots?.(now()) ?? {};
    return [newest, next].flatMap((slot) => (slot ? { name: task.name, slot: slot.toISOString() } : []));
  });
  const unable = tasks.flatMap((task) => (able.includes(task) ? [] : task.name));
  const names = able.map((task) => task.name);
  const { rows } = await runner(db)(Tasks.nextDue(db, { names, unable, slots }));
  for (const { seconds, held } of rows) {
    const reason = "this Worker cannot run them";
    if (held > 0) log({ level: "warn", message: "tasks", reason, names: unable, waiting: held });
    if (seconds !== null) await ringWithin(seconds > 0 ? seconds : busySeconds, work);
  }
}
