import { and, getTableColumns, not, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Database } from "../db/client.ts";

/** The versions of a row that a change is meant for, if it names any, and those to leave alone. */
export type Versions = { only: number[] | "any" | undefined; not: number[] | "any" };

/** The `etag` of a row that was created just now: each change gives it another one. */
export const firstETag = '"1"';

/**
 * Precedes a change and ends its transaction (SQLSTATE PT412) if the row has an unwanted version. Locks the row for the
 * statements that follow, which report a missing row themselves.
 */
export function requireVersion(
  db: Database,
  table: PgTable & { etag: PgColumn },
  isTheRow: SQL | undefined,
  versions: Versions,
) {
  return db.execute(sql`
    with held as materialized (select version from ${table} where ${isTheRow} for no key update)
    select require_version(version, '{}') from held where not (${isMeant(sql`version`, versions)})`);
}

/**
 * Makes the parts of an insert that creates the one row, or replaces that with its id if it `isTheirs`, by a new one: only
 * `kept` columns stay. Ends the transaction (SQLSTATE PT412) at an unwanted version, and where `If-Match` names any and
 * there is no such row. Takes no row that is not `isTheirs`, and answers none then.
 */
export function replacing<Row extends { id: string | SQL }>(
  table: PgTable & { id: PgColumn; etag: PgColumn },
  rows: readonly Row[],
  { id, isTheirs, kept, versions }: Replacing,
) {
  const refusal = sql`refuse('PT412', -1)`;
  const otherwise = versions?.only === undefined ? sql`false` : refusal;
  const isWanted = versions ? isMeant(table.etag, versions) : sql`true`;
  const own = Object.entries(getTableColumns(table)).filter(
    ([key, { generated, generatedIdentity }]) => !kept.includes(key) && !generated && !generatedIdentity,
  );
  return {
    // Asks for room, or refuses, only where there is nothing to replace.
    values: rows.map((row) => ({
      ...row,
      id: sql<string>`case when exists (select from ${table} where ${isTheirs}) then ${id}::uuid
        when ${otherwise} then null else ${row.id}::uuid end`,
    })),
    onConflict: {
      target: table.id,
      set: Object.fromEntries(own.map(([key, { name }]) => [key, sql`excluded.${sql.identifier(name)}`])),
      // PostgreSQL decides it on the locked row, as others have left it.
      setWhere: sql`case when not (${isTheirs}) then ${otherwise} when ${isWanted} then true else ${refusal} end`,
    },
  };
}

type Replacing = {
  id: string;
  isTheirs: SQL | undefined;
  kept: readonly string[];
  versions: Versions | undefined;
};

function isMeant(version: SQL | PgColumn, { only, not: excluded }: Versions): SQL | undefined {
  return and(only && isAmong(version, only), not(isAmong(version, excluded)));
}

function isAmong(version: SQL | PgColumn, versions: number[] | "any"): SQL {
  if (versions === "any") return sql`true`;
  return versions.length === 0 ? sql`false` : sql`${version} = any(${`{${versions}}`}::int[])`;
}
