import { sql } from "drizzle-orm";
import journal from "../../drizzle/meta/_journal.json" with { type: "json" };
import type { Database } from "../db/client.ts";

/** The names of this version's migrations by their time in Unix milliseconds. */
export const ownMigrations = new Map(journal.entries.map(({ when, tag }) => [when, tag]));

/** The name of this version's last migration. */
export const lastMigration = [...ownMigrations.values()].at(-1) ?? "";

/** The queries of applied migrations. */
export const Migrations = {
  /**
   * Compares the applied migrations with `own`, by time in Unix milliseconds: ours that are missing, and unknown ones
   * before ours. Later ones belong to a newer version, which this Worker survives. Raises 42P01 if there are none.
   */
  compare(db: Database, own: number[]) {
    return db.execute<{ fault: "missing" | "unknown"; created_at: string }>(sql`
      with own as (select unnest(${`{${own.join(",")}}`}::bigint[]) as created_at),
        applied as (select id, created_at from drizzle.__drizzle_migrations)
      select fault, created_at::text from (
        select 'missing' as fault, created_at from own where created_at not in (select created_at from applied)
        union all
        select 'unknown', created_at from applied
        where created_at not in (select created_at from own)
          and id < (select max(id) from applied join own using (created_at))
      ) as faults order by faults.created_at`);
  },
};
