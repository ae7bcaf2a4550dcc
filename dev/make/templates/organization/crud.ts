import { and, getTableColumns } from "drizzle-orm"; //: direct plain
import { and } from "drizzle-orm"; //: direct search
import { and, eq, getTableColumns, type SQL } from "drizzle-orm"; //: under plain
import { and, eq, type SQL } from "drizzle-orm"; //: under search
import type { Database } from "../db/client.ts";
import { prepared } from "../db/drizzle.ts";
import { fieldNotes } from "../db/schema.ts"; //: direct
import { binders, fieldNotes } from "../db/schema.ts"; //: under
import type { Membership } from "../security/caller.ts";
import { batchQueriesIn } from "./batches.ts"; //: batch
import { keyset, newestFirst, type PageRequest, type PageValues, positionOf } from "./keyset.ts";
import {
  type NewOrganizationRow,
  type OrganizationRowUpdate,
  ofOrganization,
  reachableIn,
  requireReachableIn, //: under
  restorableIn,
  withRoomIn,
} from "./organization-rows.ts";
import { deletion, restoration, type Status } from "./rows.ts";
import { searchQueries, shownColumns } from "./searches.ts"; //: search
import { requireVersion, type Versions } from "./versions.ts";

const shown = getTableColumns(fieldNotes); //: plain
const shown = shownColumns(fieldNotes); //: search

/** The queries of a batch of field notes. */ //: batch
export const FieldNoteBatches = batchQueriesIn(fieldNotes, shown); //: batch
 //: batch
/** The queries of field notes. */ //: direct
/** The queries of field notes. {@link FieldNotes.requireBinder} goes before each of them. */ //: under
export const FieldNotes = {
  /** //: under
   * Ends the transaction (SQLSTATE PT404) unless the binder is a live one of the member's organization. Before a change, it //: under
   * also holds the binder, so that it is not deleted in between. //: under
   */ //: under
  requireBinder(db: Database, binderId: string, member: Membership, reason: "read" | "change") { //: under
    return requireReachableIn(db, binders, binderId, member, reason); //: under
  }, //: under
 //: under
  /** Respects the bound of {@link withRoomIn}. */
  insert(db: Database, values: NewOrganizationRow<typeof fieldNotes>, member: Membership, most: number) {
    return db
      .insert(fieldNotes)
      .values(withRoomIn(fieldNotes, [values], member, most))
      .returning(shown);
  },

  /** The live field note with this id, if it is of the member's organization. */ //: direct
  /** The live field note with this id, if it is in the binder. */ //: under
  find(
    db: Database,
    binderId: string, //: under
    id: string,
    member: Membership,
  ) {
    return db
      .select(shown)
      .from(fieldNotes)
      .where(reachableIn(fieldNotes, id, member)); //: direct
      .where(inBinder(binderId, reachableIn(fieldNotes, id, member))); //: under
  },

  /** A page of the organization's field notes, newest first, each with its `sort_key`. */ //: direct
  list(db: Database, { organizationId }: Membership, status: Status, { after, limit }: PageRequest) { //: direct
    return listQuery(db, { organizationId, ...after, limit }, { status }); //: direct
  /** A page of the binder's field notes, newest first, each with its `sort_key`. */ //: under
  list(db: Database, binderId: string, { organizationId }: Membership, status: Status, { after, limit }: PageRequest) { //: under
    return listQuery(db, { binderId, organizationId, ...after, limit }, { status }); //: under
  },

  /** A page of the organization's field notes that have all of these words, the best match first. */ //: direct search
  search(db: Database, member: Membership, q: string, status: Status, at: PageRequest) { //: direct search
    const where = ofOrganization(fieldNotes, member, status); //: direct search
  /** A page of the binder's field notes that have all of these words, the best match first. */ //: under search
  search(db: Database, binderId: string, member: Membership, q: string, status: Status, at: PageRequest) { //: under search
    const where = inBinder(binderId, ofOrganization(fieldNotes, member, status)); //: under search
    return searchQueries(db, fieldNotes, shown, { q, descending: true, where }, at); //: search
  }, //: search
 //: search
  /** Precedes a change of the field note that is meant for some of its versions: see {@link requireVersion}. */
  requireVersion(
    db: Database,
    binderId: string, //: under
    id: string,
    member: Membership,
    versions: Versions,
    status: Status = "live",
  ) {
    const isMeant = (status === "live" ? reachableIn : restorableIn)(fieldNotes, id, member);
    return requireVersion(db, fieldNotes, isMeant, versions); //: direct
    return requireVersion(db, fieldNotes, inBinder(binderId, isMeant), versions); //: under
  },

  update(
    db: Database,
    binderId: string, //: under
    id: string,
    member: Membership,
    changes: OrganizationRowUpdate<typeof fieldNotes>,
  ) {
    return db
      .update(fieldNotes)
      .set(changes)
      .where(reachableIn(fieldNotes, id, member)) //: direct
      .where(inBinder(binderId, reachableIn(fieldNotes, id, member))) //: under
      .returning(shown);
  },

  /** Deletes softly: the row stays restorable until it is purged. */
  delete(
    db: Database,
    binderId: string, //: under
    id: string,
    member: Membership,
  ) {
    return db
      .update(fieldNotes)
      .set(deletion)
      .where(reachableIn(fieldNotes, id, member)) //: direct
      .where(inBinder(binderId, reachableIn(fieldNotes, id, member))) //: under
      .returning({ id: fieldNotes.id });
  },

  /** Restores a deleted field note that was not purged yet. */
  restore(
    db: Database,
    binderId: string, //: under
    id: string,
    member: Membership,
  ) {
    return db
      .update(fieldNotes)
      .set(restoration)
      .where(restorableIn(fieldNotes, id, member)) //: direct
      .where(inBinder(binderId, restorableIn(fieldNotes, id, member))) //: under
      .returning(shown);
  },
};

const listQuery = prepared(
  (
    db,
    { organizationId, key, id, limit }: { organizationId: string } & PageValues, //: direct
    { binderId, organizationId, key, id, limit }: { binderId: string; organizationId: string } & PageValues, //: under
    { status }: { status: Status },
  ) => {
    const { past, orderBy, sortKey } = keyset(newestFirst(fieldNotes.created_at), fieldNotes.id, positionOf(key, id));
    return db
      .select({ ...shown, sort_key: sortKey })
      .from(fieldNotes)
      .where(and(ofOrganization(fieldNotes, { organizationId }, status), past)) //: direct
      .where(and(inBinder(binderId, ofOrganization(fieldNotes, { organizationId }, status)), past)) //: under
      .orderBy(...orderBy)
      .limit(limit);
  },
);
 //: under
function inBinder(binderId: string, condition: SQL | undefined): SQL | undefined { //: under
  return and(eq(fieldNotes.binder_id, binderId), condition); //: under
} //: under
