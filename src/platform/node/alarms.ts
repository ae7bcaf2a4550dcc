import { Cron } from "croner";

/** Runs the tasks of an alarm, and never rejects. `undefined` stands for all of them. */
type Work = (name: string | undefined) => Promise<unknown>;

/** The longest delay that a timer takes is 24.8 days. */
const longestSeconds = 24 * 60 * 60;

/** Timers in this process, in place of the binding `TASK_ALARM` and of the cron trigger. */
export function alarmsIn(work: Work) {
  const set = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  /** The last run of each name. */
  const running = new Map<string | undefined, Promise<unknown>>();
  let isOver = false;

  function run(name: string | undefined): void {
    if (isOver) return;
    const before = running.get(name);
    const done = Promise.all([before, work(name)]).finally(() => {
      if (running.get(name) === done) running.delete(name);
    });
    running.set(name, done);
  }
  async function ringWithin(name: string, seconds: number): Promise<void> {
    const at = Date.now() + Math.min(seconds, longestSeconds) * 1_000;
    const known = set.get(name);
    if (isOver || (known && known.at <= at)) return;
    clearTimeout(known?.timer);
    // It rings again only when what it rang for has ended. Meanwhile it stays set, and later calls add nothing.
    const ring = async () => {
      await running.get(name);
      set.delete(name);
      run(name);
    };
    set.set(name, { at, timer: setTimeout(ring, at - Date.now()) });
  }
  // A safety net, at the minute of the purges.
  const cron = new Cron("0 * * * *", { timezone: "UTC" }, () => run(undefined));

  return {
    getByName: (name: string) => ({ ringWithin: (seconds: number) => ringWithin(name, seconds) }),
    /** Looks for what is due at the start. */
    start: () => run(undefined),
    /** Begins nothing more; resolves when all that runs has ended. */
    async close(): Promise<void> {
      isOver = true;
      cron.stop();
      for (const { timer } of set.values()) clearTimeout(timer);
      await Promise.all(running.values());
    },
  };
}
