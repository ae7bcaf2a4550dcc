import { describeError, type Log } from "../log.ts";

/** Milliseconds after which a cache or a counter is given up. */
export const patience = 500;

/** Treats a cache that fails, or is slow, as empty. `cache` names it in the log. */
export async function orNothing<T>(log: Log, cache: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await inTime(work(), patience);
  } catch (cause) {
    log({ level: "warn", message: "cache failed", cache, cause: describeError(cause) });
    return undefined;
  }
}

/** Rejects if the work is not done after this many milliseconds. */
export async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("There was no answer in time")), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
