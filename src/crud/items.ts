import { and, desc, eq, getTableColumns, gte, isNotNull, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { prepared } from "../db/drizzle.ts";
import { items, punctuation, users } from "../db/schema.ts";
import { keyset, type Order, type PageRequest } from "./keyset.ts";
import { deletion, reachable, restorable, restoration, withRoom } from "./owned.ts";
import { publicProfile } from "./users.ts";
import { requireVersion, type Versions } from "./versions.ts";

export type ItemValues = Pick<typeof items.$inferInsert, "id" | "owner_id" | "title" | "description" | "is_public">;
export type ItemChanges = { [K in "title" | "description" | "is_public"]?: ItemValues[K] | undefined };

type SortKey = "created_at" | "updated_at" | "title" | "relevance";
export type ItemSort = `${"" | "-"}${SortKey}`;

/** The filter of a list. `q` searches title and description for words, and no character is an operator. */
export type ItemFilter = {
  ownerId: string;
  status: "live" | "deleted";
  createdAfter?: string | undefined;
  createdBefore?: string | undefined;
  q?: string | undefined;
};

const { search: _search, ...rest } = getTableColumns(items);
/** The columns that queries answer: all but the search vector. */
export const itemColumns = rest;

const owner = { owner: publicProfile(items.owner_id) };

/** Respects the bound of {@link withRoom}. */
export function insertItem(db: Database, values: ItemValues, most: number) {
  return db
    .insert(items)
    .values(withRoom(items, [values], most))
    .returning(itemColumns);
}

/** The live item with this id, if the caller owns it or is an admin; with its owner's profile on request. */
export function findItem(db: Database, id: string, callerId: string, withOwner = false) {
  return (withOwner ? itemWithOwner : itemAlone)(db, id, callerId);
}

const itemAlone = prepared((db, id: string, callerId: string) => selectItem(db, id, callerId, false));
const itemWithOwner = prepared((db, id: string, callerId: string) => selectItem(db, id, callerId, true));

function selectItem(db: Database, id: string, callerId: string, withOwner: boolean) {
  return db
    .select({ ...itemColumns, ...(withOwner && owner) })
    .from(items)
    .where(reachable(items, id, callerId));
}

const isPublic = and(items.is_public, isNull(items.deleted_at));
const ownerIsThere = and(users.is_active, isNull(users.deleted_at));
const shownOwner = { id: users.id, username: users.username, full_name: users.full_name };

/** The public item with this id, if its owner is live and active. */
export function findPublicItem(db: Database, id: string) {
  return db
    .select({ ...itemColumns, owner: shownOwner })
    .from(items)
    .innerJoin(users, eq(users.id, items.owner_id))
    .where(and(eq(items.id, id), isPublic, ownerIsThere));
}

/** The rows that a page examines, at about a millisecond, to skip items whose owners are gone. */
const lookAhead = 1_000;

/**
 * A page of the public items, newest first, each with its `sort_key`. If too many owners are gone it is short, and ends
 * with the last item examined, after which the next page begins.
 */
export function listPublicItems(db: Database, { after, limit }: PageRequest) {
  const { past, orderBy, sortKey } = keyset(itemOrder("-created_at"), items.id, after);
  const newest = db
    .select({
      ...itemColumns,
      sort_key: sortKey.as("sort_key"),
      place: sql<number>`row_number() over (order by ${items.created_at} desc, ${items.id} desc)`.as("place"),
    })
    .from(items)
    .where(and(isPublic, past))
    .orderBy(...orderBy)
    .limit(lookAhead)
    .as("newest");
  const { place, ...columns } = newest._.selectedFields;
  return db
    .select({ ...columns, owner: shownOwner, is_end: eq(place, lookAhead).mapWith(Boolean) })
    .from(newest)
    .leftJoin(users, and(eq(users.id, newest.owner_id), ownerIsThere))
    .where(or(isNotNull(users.id), eq(place, lookAhead)))
    .orderBy(desc(newest.created_at), desc(newest.id))
    .limit(limit);
}

/** A page of the items that match, each with its `sort_key`; with their owners' profiles on request. */
export function listItems(
  db: Database,
  filter: ItemFilter,
  order: Order,
  { after, limit }: PageRequest,
  withOwner = false,
) {
  const { past, orderBy, sortKey } = keyset(order, items.id, after);
  return db
    .select({ ...itemColumns, ...(withOwner && owner), sort_key: sortKey })
    .from(items)
    .where(and(matching(after ? withoutImplied(filter, order) : filter), past))
    .orderBy(...orderBy)
    .limit(limit);
}

/** Counts the items that match, in time proportional to their number. */
export function countItems(db: Database, filter: ItemFilter) {
  return db.select({ total: sql<number>`count(*)::int` }).from(items).where(matching(filter));
}

/** The order that `sort` names: a column or the relevance to `q`, descending with a `-` prefix. */
export function itemOrder(sort: ItemSort, q = ""): Order {
  const descending = sort.startsWith("-");
  // TypeScript keeps no literal type through `replace`.
  const key = sort.replace("-", "") as SortKey;
  return { by: sortedBy[key](q), descending };
}

const sortedBy: Record<SortKey, (q: string) => Order["by"]> = {
  created_at: () => items.created_at,
  updated_at: () => items.updated_at,
  title: () => items.title,
  relevance: (q) => sql`ts_rank(${items.search}, ${query(q)})`,
};

/** Precedes a change of the item that is meant for some of its versions: see {@link requireVersion}. */
export function requireItemVersion(db: Database, id: string, callerId: string, versions: Versions) {
  return requireVersion(db, items, reachable(items, id, callerId), versions);
}

export function updateItem(db: Database, id: string, callerId: string, changes: ItemChanges) {
  return db
    .update(items)
    .set(changes)
    .where(reachable(items, id, callerId))
    .returning(itemColumns);
}

/** Deletes softly: the row stays restorable until it is purged. */
export function deleteItem(db: Database, id: string, callerId: string) {
  return db
    .update(items)
    .set(deletion)
    .where(reachable(items, id, callerId))
    .returning({ id: items.id, is_public: items.is_public });
}

/** Restores a deleted item that was not purged yet. */
export function restoreItem(db: Database, id: string, callerId: string) {
  return db
    .update(items)
    .set(restoration)
    .where(restorable(items, id, callerId))
    .returning(itemColumns);
}

/**
 * Drops the time bound at which the list began, once a cursor implies it. Postgres would start its scan of the index
 * there and read every row before the page.
 */
function withoutImplied(filter: ItemFilter, { by, descending }: Order): ItemFilter {
  if (by !== items.created_at) return filter;
  return { ...filter, [descending ? "createdBefore" : "createdAfter"]: undefined };
}

const hasStatus: Record<ItemFilter["status"], SQL> = {
  live: isNull(items.deleted_at),
  deleted: isNotNull(items.deleted_at),
};

function matching({ ownerId, status, createdAfter, createdBefore, q }: ItemFilter): SQL | undefined {
  return and(
    eq(items.owner_id, ownerId),
    hasStatus[status],
    createdAfter === undefined ? undefined : gte(items.created_at, createdAfter),
    createdBefore === undefined ? undefined : lt(items.created_at, createdBefore),
    q === undefined ? undefined : sql`${items.search} @@ ${query(q)}`,
  );
}

function query(q: string): SQL {
  return sql`plainto_tsquery('simple'::regconfig, translate(normalize(${q}), ${punctuation}, ${" ".repeat(punctuation.length)}))`;
}
