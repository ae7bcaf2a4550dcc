import { and, eq, getTableName, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import type { OwnedTable, ownedRow } from "../db/schema.ts";
import type { Caller } from "../security/caller.ts";
import { isAdmin } from "./guards.ts";

type OwnFields<Table extends OwnedTable> = Omit<Table["$inferInsert"], keyof typeof ownedRow>;
/** A new row of the table. */
export type NewRow<Table extends OwnedTable> = { id: string; owner_id: string } & OwnFields<Table>;
/** Changes of a row. Fields that are left out keep their values. */
export type RowUpdate<Table extends OwnedTable> = { [K in keyof OwnFields<Table>]?: OwnFields<Table>[K] | undefined };

/** True if the row is the caller's or the caller is an admin. */
export function ownedOrAdmin({ owner_id }: OwnedTable, caller: Caller): SQL | undefined {
  return or(eq(owner_id, caller.id), isAdmin(caller));
}

/** The owner's rows, live or deleted. */
export function owned({ owner_id, deleted_at }: OwnedTable, ownerId: string, status: "live" | "deleted") {
  return and(eq(owner_id, ownerId), status === "live" ? isNull(deleted_at) : isNotNull(deleted_at));
}

/** The live row with this id, if the caller may reach it. */
export function reachable(table: OwnedTable, id: string, caller: Caller): SQL | undefined {
  return and(eq(table.id, id), isNull(table.deleted_at), ownedOrAdmin(table, caller));
}

/** The deleted row with this id, if the caller may reach it. */
export function restorable(table: OwnedTable, id: string, caller: Caller): SQL | undefined {
  return and(eq(table.id, id), isNotNull(table.deleted_at), ownedOrAdmin(table, caller));
}

/**
 * Precedes statements about rows under this one, and ends their transaction (SQLSTATE PT404) unless the caller may reach it.
 * Holds the row until they have run, so that it is not deleted in between.
 */
export function requireReachable(db: Database, table: OwnedTable, id: string, caller: Caller) {
  // -1 is no place in a batch: the refusal is that of the whole request.
  return db.execute(sql`
    select refuse('PT404', -1)
    where not exists (select from ${table} where ${reachable(table, id, caller)} for share)`);
}

/**
 * Makes rows to insert while their owner has at most `most`, unpurged deletions included; otherwise the transaction
 * ends (SQLSTATE PT507). 0 means no bound. Parallel inserts do not see each other, and may exceed it.
 */
export function withRoom<Row extends { id: string; owner_id: string }>(
  table: OwnedTable,
  rows: readonly Row[],
  most: number,
): (Omit<Row, "id"> & { id: string | SQL<string> })[] {
  if (most === 0) return [...rows];
  const name = getTableName(table);
  // Checks once for all rows, in the id of the first.
  const asking = (id: string, owner: string) =>
    sql<string>`with_room(${id}::uuid, ${name}::regclass, ${owner}::uuid, ${most}::int, ${rows.length}::int)`;
  return rows.map((row, i) => (i === 0 ? { ...row, id: asking(row.id, row.owner_id) } : row));
}

/** The values that delete a row softly: it can be restored until it is purged. */
export const deletion = { deleted_at: sql`now()` };
/** The values that restore a row. */
export const restoration = { deleted_at: null };

/**
 * Removes rows deleted this many days ago, oldest deletion first. A restore at the same moment keeps its row, or waits
 * for the lock and finds none.
 */
export function purgeOwned(db: Database, table: OwnedTable, retentionDays: number, limit: number) {
  return db.execute<{ id: string }>(sql`
    with due as (
      select id from ${table} where deleted_at <= now() - make_interval(days => ${retentionDays}::int)
      order by deleted_at limit ${limit} for update skip locked
    )
    delete from ${table} as t using due where t.id = due.id returning t.id`);
}
