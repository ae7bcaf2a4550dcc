import { and, eq, getTableColumns, type SQL } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { binders, fieldNotes } from "../db/schema.ts";
import type { Member } from "../security/caller.ts";
import { keyset, newestFirst, type PageRequest } from "./keyset.ts";
import {
  type NewOrganizationRow,
  type OrganizationRowUpdate,
  ofOrganization,
  reachableIn,
  requireReachableIn,
  restorableIn,
  withRoomIn,
} from "./organization-rows.ts";
import { deletion, restoration } from "./rows.ts";
import { requireVersion, type Versions } from "./versions.ts";

/** The queries of field notes. {@link FieldNotes.requireBinder} goes before each of them. */
export const FieldNotes = {
  /**
   * Ends the transaction (SQLSTATE PT404) unless the binder is a live one of the member's organization. Before a change, it
   * also holds the binder, so that it is not deleted in between.
   */
  requireBinder(db: Database, binderId: string, member: Member, reason: "read" | "change") {
    return requireReachableIn(db, binders, binderId, member, reason);
  },

  /** Respects the bound of {@link withRoomIn}. */
  insert(db: Database, values: NewOrganizationRow<typeof fieldNotes>, member: Member, most: number) {
    return db
      .insert(fieldNotes)
      .values(withRoomIn(fieldNotes, [values], member, most))
      .returning();
  },

  /** The live field note with this id, if it is in the binder. */
  find(db: Database, binderId: string, id: string, member: Member) {
    return db
      .select()
      .from(fieldNotes)
      .where(inBinder(binderId, reachableIn(fieldNotes, id, member)));
  },

  /** A page of the binder's field notes, newest first, each with its `sort_key`. */
  list(db: Database, binderId: string, member: Member, status: "live" | "deleted", { after, limit }: PageRequest) {
    const { past, orderBy, sortKey } = keyset(newestFirst(fieldNotes.created_at), fieldNotes.id, after);
    return db
      .select({ ...getTableColumns(fieldNotes), sort_key: sortKey })
      .from(fieldNotes)
      .where(and(inBinder(binderId, ofOrganization(fieldNotes, member, status)), past))
      .orderBy(...orderBy)
      .limit(limit);
  },

  /** Precedes a change of the field note that is meant for some of its versions: see {@link requireVersion}. */
  requireVersion(db: Database, binderId: string, id: string, member: Member, versions: Versions) {
    return requireVersion(db, fieldNotes, inBinder(binderId, reachableIn(fieldNotes, id, member)), versions);
  },

  update(
    db: Database,
    binderId: string,
    id: string,
    member: Member,
    changes: OrganizationRowUpdate<typeof fieldNotes>,
  ) {
    return db
      .update(fieldNotes)
      .set(changes)
      .where(inBinder(binderId, reachableIn(fieldNotes, id, member)))
      .returning();
  },

  /** Deletes softly: the row stays restorableIn until it is purged. */
  delete(db: Database, binderId: string, id: string, member: Member) {
    return db
      .update(fieldNotes)
      .set(deletion)
      .where(inBinder(binderId, reachableIn(fieldNotes, id, member)))
      .returning({ id: fieldNotes.id });
  },

  /** Restores a deleted field note that was not purged yet. */
  restore(db: Database, binderId: string, id: string, member: Member) {
    return db
      .update(fieldNotes)
      .set(restoration)
      .where(inBinder(binderId, restorableIn(fieldNotes, id, member)))
      .returning();
  },
};

function inBinder(binderId: string, condition: SQL | undefined): SQL | undefined {
  return and(eq(fieldNotes.binder_id, binderId), condition);
}
