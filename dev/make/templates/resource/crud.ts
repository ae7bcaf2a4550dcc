import { and, getTableColumns } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { fieldNotes } from "../db/schema.ts";
import type { Caller } from "../security/caller.ts";
import { keyset, newestFirst, type PageRequest } from "./keyset.ts";
import { type NewRow, owned, type RowUpdate, reachable, restorable, withRoom } from "./owned.ts";
import { deletion, restoration } from "./rows.ts";
import { requireVersion, type Versions } from "./versions.ts";

/** The queries of field notes. */
export const FieldNotes = {
  /** Respects the bound of {@link withRoom}. */
  insert(db: Database, values: NewRow<typeof fieldNotes>, most: number) {
    return db
      .insert(fieldNotes)
      .values(withRoom(fieldNotes, [values], most))
      .returning();
  },

  /** The live field note with this id, if the caller owns it or is an admin. */
  find(db: Database, id: string, caller: Caller) {
    return db
      .select()
      .from(fieldNotes)
      .where(reachable(fieldNotes, id, caller));
  },

  /** A page of an owner's field notes, newest first, each with its `sort_key`. */
  list(db: Database, ownerId: string, status: "live" | "deleted", { after, limit }: PageRequest) {
    const { past, orderBy, sortKey } = keyset(newestFirst(fieldNotes.created_at), fieldNotes.id, after);
    return db
      .select({ ...getTableColumns(fieldNotes), sort_key: sortKey })
      .from(fieldNotes)
      .where(and(owned(fieldNotes, ownerId, status), past))
      .orderBy(...orderBy)
      .limit(limit);
  },

  /** Precedes a change of the field note that is meant for some of its versions: see {@link requireVersion}. */
  requireVersion(db: Database, id: string, caller: Caller, versions: Versions) {
    return requireVersion(db, fieldNotes, reachable(fieldNotes, id, caller), versions);
  },

  update(db: Database, id: string, caller: Caller, changes: RowUpdate<typeof fieldNotes>) {
    return db
      .update(fieldNotes)
      .set(changes)
      .where(reachable(fieldNotes, id, caller))
      .returning();
  },

  /** Deletes softly: the row stays restorable until it is purged. */
  delete(db: Database, id: string, caller: Caller) {
    return db
      .update(fieldNotes)
      .set(deletion)
      .where(reachable(fieldNotes, id, caller))
      .returning({ id: fieldNotes.id });
  },

  /** Restores a deleted field note that was not purged yet. */
  restore(db: Database, id: string, caller: Caller) {
    return db
      .update(fieldNotes)
      .set(restoration)
      .where(restorable(fieldNotes, id, caller))
      .returning();
  },
};
