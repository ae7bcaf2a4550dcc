import { and, eq, getTableName, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import type { OwnedTable } from "../db/schema.ts";
import { isAdmin } from "./guards.ts";

/** True if the row is the caller's or the caller is an admin. */
export function ownedOrAdmin({ owner_id }: OwnedTable, callerId: string): SQL | undefined {
  return or(eq(owner_id, callerId), isAdmin(callerId));
}

/** The live row with this id, if the caller may reach it. */
export function reachable(table: OwnedTable, id: string, callerId: string): SQL | undefined {
  return and(eq(table.id, id), isNull(table.deleted_at), ownedOrAdmin(table, callerId));
}

/** The deleted row with this id, if the caller may reach it. */
export function restorable(table: OwnedTable, id: string, callerId: string): SQL | undefined {
  return and(eq(table.id, id), isNotNull(table.deleted_at), ownedOrAdmin(table, callerId));
}

/**
 * Rows of one owner, to be inserted while the owner keeps no more than `most` of this table, deleted ones included until
 * they are purged: beyond that the transaction ends (SQLSTATE PT507). 0 is no bound. Rows that are inserted at the same moment
 * do not see each other, and may exceed it by as many.
 */
export function withRoom<Row extends { id: string; owner_id: string }>(
  table: OwnedTable,
  rows: readonly Row[],
  most: number,
): (Omit<Row, "id"> & { id: string | SQL<string> })[] {
  if (most === 0) return [...rows];
  const name = getTableName(table);
  // Asked once for all of them, where the first one's id is made.
  const asking = (id: string, owner: string) =>
    sql<string>`with_room(${id}::uuid, ${name}::regclass, ${owner}::uuid, ${most}::int, ${rows.length}::int)`;
  return rows.map((row, i) => (i === 0 ? { ...row, id: asking(row.id, row.owner_id) } : row));
}

/** The values that delete a row softly: it can be restored until it is purged. */
export const deletion = { deleted_at: sql`now()` };
/** The values that restore a row. */
export const restoration = { deleted_at: null };

/**
 * Removes rows for good that were deleted so many days ago, longest gone first. A restore at the same moment comes first
 * and keeps its row, or waits for the lock and finds none.
 */
export function purgeDeleted(db: Database, table: OwnedTable, retentionDays: number, limit: number) {
  return db.execute<{ id: string }>(sql`
    with due as (
      select id from ${table} where deleted_at <= now() - make_interval(days => ${retentionDays}::int)
      order by deleted_at limit ${limit} for update skip locked
    )
    delete from ${table} as t using due where t.id = due.id returning t.id`);
}
