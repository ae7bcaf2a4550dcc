import { Cron } from "croner";

/** A cron expression of five fields, in UTC, or an interval. */
export type Every = string | { minutes: number };

/** The newest slot at or before a time, and the first one after it, if there are any in ten years. */
export type Slots = (now: Date) => { newest: Date | undefined; next: Date | undefined };

/** Seconds after which a slot that nobody enqueued is late: an alarm or a cron trigger should have come. */
const lateSeconds = 15 * 60;

/** The slots that the schedules of these tasks should have enqueued by now. */
export function expectedSlots(tasks: readonly { name: string; slots: Slots | undefined }[], now: Date) {
  const before = new Date(now.getTime() - lateSeconds * 1_000);
  return tasks.flatMap(({ name, slots }) => {
    const expected = slots?.(before).newest?.toISOString();
    return expected === undefined ? [] : { name, expected };
  });
}

/** Reads a schedule. Throws for one that is not valid. */
export function slotsOf(every: Every): Slots {
  if (typeof every === "string") {
    const cron = new Cron(every, { timezone: "UTC", mode: "5-part", paused: true });
    // The library looks strictly before a time.
    return (now) => ({
      newest: cron.previousRuns(1, new Date(now.getTime() + 1))[0],
      next: cron.nextRun(now) ?? undefined,
    });
  }
  const length = every.minutes * 60_000;
  if (!(length >= 60_000)) throw new Error("An interval is a minute or longer");
  return (now) => {
    const newest = Math.floor(now.getTime() / length) * length;
    return { newest: new Date(newest), next: new Date(newest + length) };
  };
}
