import { and, eq, getTableColumns, isNotNull, isNull } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { series } from "../db/schema.ts";
import { keyset, type PageRequest } from "./keyset.ts";
import { deletion, reachable, restorable, restoration } from "./owned.ts";
import { requireVersion, type Versions } from "./versions.ts";

export type SeryValues = Pick<typeof series.$inferInsert, "id" | "owner_id" | "title" | "description">;
export type SeryChanges = { [K in "title" | "description"]?: SeryValues[K] | undefined };

export function insertSery(db: Database, values: SeryValues) {
  return db.insert(series).values(values).returning();
}

/** The live sery with this id, where the caller owns it or is an admin. */
export function findSery(db: Database, id: string, callerId: string) {
  return db
    .select()
    .from(series)
    .where(reachable(series, id, callerId));
}

/** A page of an owner's series, newest first, each with its `sort_key`. */
export function listSeries(db: Database, ownerId: string, status: "live" | "deleted", { after, limit }: PageRequest) {
  const order = { by: series.created_at, descending: true };
  const { past, orderBy, sortKey } = keyset(order, series.id, after);
  const hasStatus = { live: isNull(series.deleted_at), deleted: isNotNull(series.deleted_at) }[status];
  return db
    .select({ ...getTableColumns(series), sort_key: sortKey })
    .from(series)
    .where(and(eq(series.owner_id, ownerId), hasStatus, past))
    .orderBy(...orderBy)
    .limit(limit);
}

/** Goes before a change of the sery that is meant for some of its versions: see {@link requireVersion}. */
export function requireSeryVersion(db: Database, id: string, callerId: string, versions: Versions) {
  return requireVersion(db, series, reachable(series, id, callerId), versions);
}

export function updateSery(db: Database, id: string, callerId: string, changes: SeryChanges) {
  return db
    .update(series)
    .set(changes)
    .where(reachable(series, id, callerId))
    .returning();
}

/** Soft: the row stays, and can be restored until it is purged. */
export function deleteSery(db: Database, id: string, callerId: string) {
  return db
    .update(series)
    .set(deletion)
    .where(reachable(series, id, callerId))
    .returning({ id: series.id });
}

/** Brings a deleted sery back, as long as it was not purged. */
export function restoreSery(db: Database, id: string, callerId: string) {
  return db
    .update(series)
    .set(restoration)
    .where(restorable(series, id, callerId))
    .returning();
}
