import { type SQL, sql } from "drizzle-orm";
import { db, unique } from "./harness.ts";

/** A transaction of the test's own, which holds what its statements lock until it is released. */
type Holder = {
  /** Answers once each of these calls waits for a lock, or is done. */
  meets: (...calls: Promise<unknown>[]) => Promise<void>;
  /** Commits. */
  release: () => Promise<void>;
};

/** Runs statements and keeps their transaction open, so that a race has the order that a test is about. */
export async function holding(...statements: SQL[]): Promise<Holder> {
  const name = unique("hold");
  const [first, ...others] = [
    ...statements,
    sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`,
    sql.raw(`do $$ begin
      while not exists (select from throttles where key = '${name}') loop
        perform pg_sleep(0.01);
      end loop;
    end $$`),
  ].map((statement) => db.execute(statement));
  if (!first) throw new Error("There is always a statement");
  const running = db.batch([first, ...others]);
  // A statement that fails ends the wait for it.
  let isOver = false;
  const over = running.then(
    () => undefined,
    (error: unknown) => {
      isOver = true;
      throw error;
    },
  );
  over.catch(() => {});
  const isHeld = () =>
    db.execute(sql`select from pg_locks where locktype = 'advisory' and granted
      and (classid::bigint << 32) | objid::bigint = hashtextextended(${name}, 0)`);
  while (!isOver && (await isHeld()).rows.length === 0);
  if (isOver) await over;
  return {
    meets: async (...calls) => {
      let done = 0;
      for (const call of calls) {
        const count = () => {
          done += 1;
        };
        call.then(count, count);
      }
      const waiting = () =>
        db.execute(sql`select from pg_stat_activity
          where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`);
      while (done + (await waiting()).rows.length < calls.length);
    },
    release: async () => {
      await db.execute(sql`insert into throttles (key, attempts) values (${name}, 0)`);
      await over;
    },
  };
}
