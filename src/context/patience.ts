import { inTime } from "../in-time.ts";
import { describeError, type Log } from "../log.ts";

/** Milliseconds after which a cache or a counter is given up. */
const patience = 500;

/** Treats a cache that fails, or is slow, as empty. `cache` names it in the log. */
export async function orNothing<T>(log: Log, cache: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await inPatience(work());
  } catch (cause) {
    log({ level: "warn", message: "cache failed", cache, cause: describeError(cause) });
    return undefined;
  }
}

/** Rejects if the work is not done after so many milliseconds, by default those for which a cache is waited for. */
export function inPatience<T>(work: Promise<T>, milliseconds = patience): Promise<T> {
  return inTime(work, milliseconds, () => new Error("There was no answer in time"));
}
