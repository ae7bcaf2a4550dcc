import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { taskSchedules, tasks } from "../db/schema.ts";

/** The number of tasks of a name in each state that needs attention. */
export type TaskDepth = {
  name: string;
  waiting: number;
  due: number;
  running: number;
  dead: number;
  oldest_due_seconds: number | null;
};

export type Metrics = {
  tasks: TaskDepth[];
  is_complete: boolean;
  late_schedules: string[];
  tables: { name: string; estimated_rows: number; bytes: number }[];
};

/** A schedule with a slot that should have come. */
export type ExpectedSlot = { name: string; expected: string };

/** The most tasks of a state that are counted, oldest first, so that a backlog does not make the count slow. */
export const maxCounted = 10_000;

/** The queries of what an alert needs to know. */
export const Metrics = {
  /** Everything in one statement. Reads at most {@link maxCounted} tasks of each state, and the catalog. */
  read(db: Database, expected: readonly ExpectedSlot[]) {
    const some = (state: string) =>
      sql`(select name, state, run_at from ${tasks} where state = ${sql.raw(`'${state}'`)} order by id limit ${maxCounted + 1})`;
    return db.execute<Metrics>(sql`
      with chosen as materialized (${some("waiting")} union all ${some("running")} union all ${some("dead")}),
      depths as (
        select name,
          count(*) filter (where state = 'waiting')::int as waiting,
          count(*) filter (where state = 'waiting' and run_at <= now())::int as due,
          count(*) filter (where state = 'running')::int as running,
          count(*) filter (where state = 'dead')::int as dead,
          extract(epoch from now() - min(run_at) filter (where state = 'waiting' and run_at <= now()))::int
            as oldest_due_seconds
        from chosen group by name
      ),
      tables as (
        select relname as name, greatest(0, reltuples)::bigint as estimated_rows, pg_total_relation_size(oid) as bytes
        from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
      )
      select
        (select coalesce(jsonb_agg(to_jsonb(depths) order by name), '[]') from depths) as tasks,
        not exists (select from chosen group by state having count(*) > ${maxCounted}) as is_complete,
        (select coalesce(jsonb_agg(name order by name), '[]') from ${late(expected)}) as late_schedules,
        (select coalesce(jsonb_agg(to_jsonb(tables) order by bytes desc, name), '[]') from tables) as tables`);
  },

  /** The names of schedules whose expected slot has not been enqueued, although an earlier one was. */
  lateSchedules(db: Database, expected: readonly ExpectedSlot[]) {
    return db.execute<{ name: string }>(sql`select name from ${late(expected)} order by name`);
  },
};

function late(expected: readonly ExpectedSlot[]) {
  return sql`(
    select name from ${taskSchedules} as known
    join jsonb_to_recordset(${JSON.stringify(expected)}::jsonb) as given (name text, expected timestamptz) using (name)
    where known.slot < given.expected
  ) as late`;
}
