import { and, getTableColumns } from "drizzle-orm"; //: direct plain
import { and } from "drizzle-orm"; //: direct search
import { and, eq, getTableColumns, type SQL } from "drizzle-orm"; //: under plain
import { and, eq, type SQL } from "drizzle-orm"; //: under search
import type { Database } from "../db/client.ts";
import { prepared } from "../db/drizzle.ts";
import { fieldNotes } from "../db/schema.ts"; //: direct
import { binders, fieldNotes } from "../db/schema.ts"; //: under
import type { Caller } from "../security/caller.ts";
import { batchQueries } from "./batches.ts"; //: batch
import { keyset, newestFirst, type PageRequest, type PageValues, positionOf } from "./keyset.ts";
import { type NewRow, owned, type RowUpdate, reachable, restorable, withRoom } from "./owned.ts"; //: direct
import { type NewRow, owned, type RowUpdate, reachable, requireReachable, restorable, withRoom } from "./owned.ts"; //: under
import { deletion, restoration, type Status } from "./rows.ts"; //: direct
import { deletion, inStatus, requireRow, restoration, type Status } from "./rows.ts"; //: under
import { searchQueries, shownColumns } from "./searches.ts"; //: search
import { requireVersion, type Versions } from "./versions.ts";

const shown = getTableColumns(fieldNotes); //: plain
const shown = shownColumns(fieldNotes); //: search

/** The queries of a batch of field notes. */ //: batch
export const FieldNoteBatches = batchQueries(fieldNotes, shown); //: batch
 //: batch
/** The queries of field notes. */ //: direct
/** The queries of field notes. {@link FieldNotes.requireBinder} goes before each of them. */ //: under
export const FieldNotes = {
  /** //: under
   * Ends the transaction (SQLSTATE PT404) unless the binder is a live one that the caller may reach. Before a change, it also //: under
   * holds the binder, so that it is not deleted in between. //: under
   */ //: under
  requireBinder(db: Database, binderId: string, caller: Caller, reason: "read" | "change") { //: under
    return requireReachable(db, binders, binderId, caller, reason); //: under
  }, //: under
 //: under
  /** Precedes an insert: the binder must be the caller's own, as the field note will be. */ //: under
  requireOwnBinder(db: Database, binderId: string, caller: Caller) { //: under
    return requireRow(db, binders, and(eq(binders.id, binderId), owned(binders, caller.id, "live"))); //: under
  }, //: under
 //: under
  /** Respects the bound of {@link withRoom}. */
  insert(db: Database, values: NewRow<typeof fieldNotes>, most: number) {
    return db
      .insert(fieldNotes)
      .values(withRoom(fieldNotes, [values], most))
      .returning(shown);
  },

  /** The live field note with this id, if the caller owns it or is an admin. */
  find(
    db: Database,
    binderId: string, //: under
    id: string,
    caller: Caller,
  ) {
    return db
      .select(shown)
      .from(fieldNotes)
      .where(reachable(fieldNotes, id, caller)); //: direct
      .where(inBinder(binderId, reachable(fieldNotes, id, caller))); //: under
  },

  /** A page of an owner's field notes, newest first, each with its `sort_key`. */ //: direct
  list(db: Database, ownerId: string, status: Status, { after, limit }: PageRequest) { //: direct
    return listQuery(db, { ownerId, ...after, limit }, { status }); //: direct
  /** A page of the binder's field notes, newest first, each with its `sort_key`. */ //: under
  list(db: Database, binderId: string, status: Status, { after, limit }: PageRequest) { //: under
    return listQuery(db, { binderId, ...after, limit }, { status }); //: under
  },

  /** A page of an owner's field notes that have all of these words, the best match first. */ //: direct search
  search(db: Database, ownerId: string, q: string, status: Status, at: PageRequest) { //: direct search
    const where = owned(fieldNotes, ownerId, status); //: direct search
  /** A page of the binder's field notes that have all of these words, the best match first. */ //: under search
  search(db: Database, binderId: string, q: string, status: Status, at: PageRequest) { //: under search
    const where = inBinder(binderId, inStatus(fieldNotes, status)); //: under search
    return searchQueries(db, fieldNotes, shown, { q, descending: true, where }, at); //: search
  }, //: search
 //: search
  /** Precedes a change of the field note that is meant for some of its versions: see {@link requireVersion}. */
  requireVersion(
    db: Database,
    binderId: string, //: under
    id: string,
    caller: Caller,
    versions: Versions,
    status: Status = "live",
  ) {
    const isMeant = (status === "live" ? reachable : restorable)(fieldNotes, id, caller);
    return requireVersion(db, fieldNotes, isMeant, versions); //: direct
    return requireVersion(db, fieldNotes, inBinder(binderId, isMeant), versions); //: under
  },

  update(
    db: Database,
    binderId: string, //: under
    id: string,
    caller: Caller,
    changes: RowUpdate<typeof fieldNotes>,
  ) {
    return db
      .update(fieldNotes)
      .set(changes)
      .where(reachable(fieldNotes, id, caller)) //: direct
      .where(inBinder(binderId, reachable(fieldNotes, id, caller))) //: under
      .returning(shown);
  },

  /** Deletes softly: the row stays restorable until it is purged. */
  delete(
    db: Database,
    binderId: string, //: under
    id: string,
    caller: Caller,
  ) {
    return db
      .update(fieldNotes)
      .set(deletion)
      .where(reachable(fieldNotes, id, caller)) //: direct
      .where(inBinder(binderId, reachable(fieldNotes, id, caller))) //: under
      .returning({ id: fieldNotes.id });
  },

  /** Restores a deleted field note that was not purged yet. */
  restore(
    db: Database,
    binderId: string, //: under
    id: string,
    caller: Caller,
  ) {
    return db
      .update(fieldNotes)
      .set(restoration)
      .where(restorable(fieldNotes, id, caller)) //: direct
      .where(inBinder(binderId, restorable(fieldNotes, id, caller))) //: under
      .returning(shown);
  },
};

const listQuery = prepared(
  (db, { ownerId, key, id, limit }: { ownerId: string } & PageValues, { status }: { status: Status }) => { //: direct
  (db, { binderId, key, id, limit }: { binderId: string } & PageValues, { status }: { status: Status }) => { //: under
    const { past, orderBy, sortKey } = keyset(newestFirst(fieldNotes.created_at), fieldNotes.id, positionOf(key, id));
    return db
      .select({ ...shown, sort_key: sortKey })
      .from(fieldNotes)
      .where(and(owned(fieldNotes, ownerId, status), past)) //: direct
      .where(and(inBinder(binderId, inStatus(fieldNotes, status)), past)) //: under
      .orderBy(...orderBy)
      .limit(limit);
  },
);
 //: under
function inBinder(binderId: string, condition: SQL | undefined): SQL | undefined { //: under
  return and(eq(fieldNotes.binder_id, binderId), condition); //: under
} //: under
