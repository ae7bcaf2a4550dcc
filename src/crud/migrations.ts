import { sql } from "drizzle-orm";
import journal from "../../drizzle/meta/_journal.json" with { type: "json" };
import type { Database } from "../db/client.ts";

/** The migrations of this version: the name of each by its time in Unix milliseconds. */
export const ownMigrations = new Map(journal.entries.map(({ when, tag }) => [when, tag]));

/**
 * How the migrations that ran here differ from `own`, each named by its time in Unix milliseconds: those of ours that are
 * missing, and unknown ones that ran before one of ours. What ran after ours is of a newer version, which an older Worker
 * survives. Raises 42P01 where none ever ran.
 */
export function compareMigrations(db: Database, own: number[]) {
  return db.execute<{ fault: "missing" | "unknown"; created_at: string }>(sql`
    with own as (select unnest(${`{${own.join(",")}}`}::bigint[]) as created_at),
      applied as (select id, created_at from drizzle.__drizzle_migrations)
    select 'missing' as fault, created_at::text from (select created_at from own except select created_at from applied) as m
    union all
    select 'unknown', created_at::text from applied
    where created_at not in (select created_at from own) and id < (select max(id) from applied join own using (created_at))`);
}
