import { and, eq, getTableColumns, isNotNull, isNull } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { fieldNotes } from "../db/schema.ts";
import { keyset, type PageRequest } from "./keyset.ts";
import { deletion, reachable, restorable, restoration, withRoom } from "./owned.ts";
import { requireVersion, type Versions } from "./versions.ts";

export type FieldNoteValues = Pick<typeof fieldNotes.$inferInsert, "id" | "owner_id" | "title" | "description">;
export type FieldNoteChanges = { [K in "title" | "description"]?: FieldNoteValues[K] | undefined };

/** Respects the bound of {@link withRoom}. */
export function insertFieldNote(db: Database, values: FieldNoteValues, most: number) {
  return db
    .insert(fieldNotes)
    .values(withRoom(fieldNotes, [values], most))
    .returning();
}

/** The live field note with this id, if the caller owns it or is an admin. */
export function findFieldNote(db: Database, id: string, callerId: string) {
  return db
    .select()
    .from(fieldNotes)
    .where(reachable(fieldNotes, id, callerId));
}

/** A page of an owner's field notes, newest first, each with its `sort_key`. */
export function listFieldNotes(
  db: Database,
  ownerId: string,
  status: "live" | "deleted",
  { after, limit }: PageRequest,
) {
  const order = { by: fieldNotes.created_at, descending: true };
  const { past, orderBy, sortKey } = keyset(order, fieldNotes.id, after);
  const hasStatus = { live: isNull(fieldNotes.deleted_at), deleted: isNotNull(fieldNotes.deleted_at) }[status];
  return db
    .select({ ...getTableColumns(fieldNotes), sort_key: sortKey })
    .from(fieldNotes)
    .where(and(eq(fieldNotes.owner_id, ownerId), hasStatus, past))
    .orderBy(...orderBy)
    .limit(limit);
}

/** Precedes a change of the field note that is meant for some of its versions: see {@link requireVersion}. */
export function requireFieldNoteVersion(db: Database, id: string, callerId: string, versions: Versions) {
  return requireVersion(db, fieldNotes, reachable(fieldNotes, id, callerId), versions);
}

export function updateFieldNote(db: Database, id: string, callerId: string, changes: FieldNoteChanges) {
  return db
    .update(fieldNotes)
    .set(changes)
    .where(reachable(fieldNotes, id, callerId))
    .returning();
}

/** Deletes softly: the row stays restorable until it is purged. */
export function deleteFieldNote(db: Database, id: string, callerId: string) {
  return db
    .update(fieldNotes)
    .set(deletion)
    .where(reachable(fieldNotes, id, callerId))
    .returning({ id: fieldNotes.id });
}

/** Restores a deleted field note that was not purged yet. */
export function restoreFieldNote(db: Database, id: string, callerId: string) {
  return db
    .update(fieldNotes)
    .set(restoration)
    .where(restorable(fieldNotes, id, callerId))
    .returning();
}
