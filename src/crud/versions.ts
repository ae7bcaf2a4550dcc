import { and, not, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Database } from "../db/client.ts";

/** The versions of a row that a change is meant for, if it names any, and those to leave alone. */
export type Versions = { only: number[] | undefined; not: number[] | "any" };

/**
 * Precedes a change and ends its transaction (SQLSTATE PT412) if the row has an unwanted version. Locks the row for the
 * statements that follow, which report a missing row themselves.
 */
export function requireVersion(
  db: Database,
  table: PgTable & { etag: PgColumn },
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
