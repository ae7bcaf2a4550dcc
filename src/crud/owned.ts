import { and, eq, type SQL } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { type OwnedTable, ownedRow } from "../db/schema.ts";
import type { Caller } from "../security/caller.ts";
import { namesCallerOrAdmin } from "./guards.ts";
import { inStatus, type Reason, requireRow, roomFor, rowWhere, type Status } from "./rows.ts";
import { replacing, type Versions } from "./versions.ts";

type OwnFields<Table extends OwnedTable> = Omit<Table["$inferInsert"], keyof typeof ownedRow>;
/** A new row of the table. */
export type NewRow<Table extends OwnedTable> = { id: string; owner_id: string } & OwnFields<Table>;
/** Changes of a row. Fields that are left out keep their values. */
export type RowUpdate<Table extends OwnedTable> = { [K in keyof OwnFields<Table>]?: OwnFields<Table>[K] | undefined };

/** True if the row is the caller's or the caller is an admin. */
export function ownedOrAdmin({ owner_id }: OwnedTable, caller: Caller): SQL<boolean> {
  return namesCallerOrAdmin(owner_id, caller);
}

/** The owner's rows, live or deleted. */
export function owned(table: OwnedTable, ownerId: string, status: Status) {
  return and(eq(table.owner_id, ownerId), inStatus(table, status));
}

/** The live row with this id, if the caller may reach it. */
export function reachable(table: OwnedTable, id: string, caller: Caller): SQL | undefined {
  return rowWhere(table, id, "live", ownedOrAdmin(table, caller));
}

/** The deleted row with this id, if the caller may reach it. */
export function restorable(table: OwnedTable, id: string, caller: Caller): SQL | undefined {
  return rowWhere(table, id, "deleted", ownedOrAdmin(table, caller));
}

/** Precedes statements about rows under this one, if the caller may reach it: see {@link requireRow}. */
export function requireReachable(db: Database, table: OwnedTable, id: string, caller: Caller, reason?: Reason) {
  return requireRow(db, table, reachable(table, id, caller), reason);
}

/** Makes rows to insert while their owner has room for them: see {@link roomFor}. */
export function withRoom<Row extends { id: string; owner_id: string }>(
  table: OwnedTable,
  rows: readonly Row[],
  most: number,
) {
  return roomFor(table, table.owner_id, ({ owner_id }) => owner_id, rows, most);
}

/**
 * Makes an insert of a row that its owner has room for, or replaces the one that the caller may reach: see {@link replacing}.
 * A row of a resource under another is replaced `within` that alone: `eq(steps.project_id, projectId)`.
 */
export function createOrReplace<Row extends { id: string; owner_id: string }>(
  table: OwnedTable,
  row: Row,
  caller: Caller,
  versions: Versions | undefined,
  most: number,
  within?: SQL,
) {
  const { id } = row;
  return replacing(table, withRoom(table, [row], most), {
    ...{ id, versions, isTheirs: and(reachable(table, id, caller), within), kept: Object.keys(ownedRow) },
  });
}
