import type { LocalSession } from "../local/database.ts";

/** Milliseconds, less than a migration waits for a lock. */
const interval = 400;
/** Milliseconds before the same blocker is reported again. */
const silence = 10_000;

const query = `
select format('pid %s (%s), %s for %s: %s', pid, coalesce(nullif(application_name, ''), usename), coalesce(state, backend_type),
    date_trunc('second', now() - coalesce(xact_start, query_start, backend_start)),
    left(regexp_replace(query, '\\s+', ' ', 'g'), 120))
  from pg_stat_activity where pid = any(pg_blocking_pids($1::integer)) order by xact_start limit 1`;

/** Watches which session the backend `pid` waits for, and reports it; `last` is the most recent one. */
export function watchBlockers(observer: LocalSession, pid: string, tell: (who: string) => void) {
  let last = "";
  let toldAt = 0;
  let isLooking = false;
  const timer = setInterval(async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      const { rows } = await observer.run(query, [pid]);
      const [who] = rows[0] ?? [];
      if (!who) return;
      last = who;
      if (Date.now() - toldAt < silence) return;
      toldAt = Date.now();
      tell(who);
    } catch {
      // Reports nobody: the worker's own connection will report the fault.
    } finally {
      isLooking = false;
    }
  }, interval);
  return { last: () => last, stop: () => clearInterval(timer) };
}
