import { and, not, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Database } from "../db/client.ts";

/** The versions of a row that a change is meant for, if it names any, and those that it is not meant for. */
export type Versions = { only: number[] | undefined; not: number[] | "any" };

/**
 * Goes before a change, and ends its transaction (SQLSTATE PT412) where the row is there in a version that the change is not meant
 * for. Locks the row, so that the version holds for the statements that follow; a missing row is theirs to tell.
 */
export function requireVersion(
  db: Database,
  table: PgTable & { version: PgColumn },
  isTheRow: SQL | undefined,
  { only, not: excluded }: Versions,
) {
  const isMeant = and(only && isAmong(only), excluded === "any" ? sql`false` : not(isAmong(excluded)));
  return db.execute(sql`
    with held as materialized (select version from ${table} where ${isTheRow} for no key update)
    select require_version(version, '{}') from held where not (${isMeant})`);
}

function isAmong(versions: number[]): SQL {
  return versions.length === 0 ? sql`false` : sql`version = any(${`{${versions}}`}::int[])`;
}
