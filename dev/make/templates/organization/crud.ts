import { and, getTableColumns } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { fieldNotes } from "../db/schema.ts";
import type { Member } from "../security/caller.ts";
import { keyset, newestFirst, type PageRequest } from "./keyset.ts";
import {
  type NewOrganizationRow,
  type OrganizationRowUpdate,
  ofOrganization,
  reachableIn,
  restorableIn,
  withRoomIn,
} from "./organization-rows.ts";
import { deletion, restoration } from "./rows.ts";
import { requireVersion, type Versions } from "./versions.ts";

/** The queries of field notes. */
export const FieldNotes = {
  /** Respects the bound of {@link withRoomIn}. */
  insert(db: Database, values: NewOrganizationRow<typeof fieldNotes>, member: Member, most: number) {
    return db
      .insert(fieldNotes)
      .values(withRoomIn(fieldNotes, [values], member, most))
      .returning();
  },

  /** The live field note with this id, if it is of the member's organization. */
  find(db: Database, id: string, member: Member) {
    return db
      .select()
      .from(fieldNotes)
      .where(reachableIn(fieldNotes, id, member));
  },

  /** A page of the organization's field notes, newest first, each with its `sort_key`. */
  list(db: Database, member: Member, status: "live" | "deleted", { after, limit }: PageRequest) {
    const { past, orderBy, sortKey } = keyset(newestFirst(fieldNotes.created_at), fieldNotes.id, after);
    return db
      .select({ ...getTableColumns(fieldNotes), sort_key: sortKey })
      .from(fieldNotes)
      .where(and(ofOrganization(fieldNotes, member, status), past))
      .orderBy(...orderBy)
      .limit(limit);
  },

  /** Precedes a change of the field note that is meant for some of its versions: see {@link requireVersion}. */
  requireVersion(db: Database, id: string, member: Member, versions: Versions) {
    return requireVersion(db, fieldNotes, reachableIn(fieldNotes, id, member), versions);
  },

  update(db: Database, id: string, member: Member, changes: OrganizationRowUpdate<typeof fieldNotes>) {
    return db
      .update(fieldNotes)
      .set(changes)
      .where(reachableIn(fieldNotes, id, member))
      .returning();
  },

  /** Deletes softly: the row stays restorableIn until it is purged. */
  delete(db: Database, id: string, member: Member) {
    return db
      .update(fieldNotes)
      .set(deletion)
      .where(reachableIn(fieldNotes, id, member))
      .returning({ id: fieldNotes.id });
  },

  /** Restores a deleted field note that was not purged yet. */
  restore(db: Database, id: string, member: Member) {
    return db
      .update(fieldNotes)
      .set(restoration)
      .where(restorableIn(fieldNotes, id, member))
      .returning();
  },
};
