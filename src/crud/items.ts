import { and, gte, lt, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { prepared } from "../db/drizzle.ts";
import { items } from "../db/schema.ts";
import type { Caller } from "../security/caller.ts";
import { keyset, type Order, type PageRequest, type PageValues, positionOf } from "./keyset.ts";
import { type NewRow, owned, type RowUpdate, reachable, restorable, withRoom } from "./owned.ts";
import { deletion, restoration, type Status } from "./rows.ts";
import { matches, searchQueries, shownColumns } from "./searches.ts";
import { publicProfile } from "./users.ts";
import { requireVersion, type Versions } from "./versions.ts";

export type NewItem = NewRow<typeof items>;
export type ItemChanges = RowUpdate<typeof items>;

type SortKey = "id" | "created_at" | "updated_at" | "title";
type ColumnSort = `${"" | "-"}${SortKey}`;
type RankSort = "relevance" | "-relevance";
export type ItemSort = ColumnSort | RankSort;

/** The filter of a list. `q` searches title and description for words, and no character is an operator. */
export type ItemFilter = {
  ownerId: string;
  status: "live" | "deleted";
  createdAfter?: string | undefined;
  createdBefore?: string | undefined;
  q?: string | undefined;
};

export const itemColumns = shownColumns(items);

/** The column of the owner's profile. */
export const owner = { owner: publicProfile(items.owner_id) };

/** The queries of items. */
export const Items = {
  /** Respects the bound of {@link withRoom}. */
  insert(db: Database, values: NewItem, most: number) {
    return insertQuery(db, { ...values, most }, { isBounded: most > 0 });
  },

  /** The live item with this id, if the caller owns it or is an admin; with its owner's profile on request. */
  find(db: Database, id: string, caller: Caller, withOwner = false) {
    return findQuery(db, { id, callerId: caller.id }, { withOwner });
  },

  /** A page of the items that match, each with its `sort_key`; with their owners' profiles on request. */
  list(db: Database, filter: ItemFilter, sort: ColumnSort, { after, limit }: PageRequest, withOwner = false) {
    const { status, ...values } = after ? withoutImplied(filter, sort) : filter;
    return listQuery(db, { ...values, ...after, limit }, { status, sort, withOwner });
  },

  /** The two queries of a page of a search, of which one answers rows: see {@link searchQueries}. */
  search(
    db: Database,
    { q, ...filter }: ItemFilter & { q: string },
    sort: RankSort,
    at: PageRequest,
    withOwner = false,
  ) {
    const where = matching(filter);
    const whereLater = matching(withoutImplied(filter, "-created_at"));
    const search = { q, descending: sort === "-relevance", where, whereLater };
    return searchQueries(db, items, { ...itemColumns, ...(withOwner && owner) }, search, at);
  },

  /** Counts the items that match, in time proportional to their number. */
  count(db: Database, filter: ItemFilter) {
    return db.select({ total: sql<number>`count(*)::int` }).from(items).where(matching(filter));
  },

  /** Precedes a change of the item that is meant for some of its versions: see {@link requireVersion}. */
  requireVersion(db: Database, id: string, caller: Caller, versions: Versions, status: Status = "live") {
    const isTheirs = status === "live" ? reachable(items, id, caller) : restorable(items, id, caller);
    return requireVersion(db, items, isTheirs, versions);
  },

  update(db: Database, id: string, caller: Caller, changes: ItemChanges) {
    return db
      .update(items)
      .set(changes)
      .where(reachable(items, id, caller))
      .returning(itemColumns);
  },

  /** Deletes softly: the row stays restorable until it is purged. */
  delete(db: Database, id: string, caller: Caller) {
    return db
      .update(items)
      .set(deletion)
      .where(reachable(items, id, caller))
      .returning({ id: items.id, is_public: items.is_public });
  },

  /** Restores a deleted item that was not purged yet. */
  restore(db: Database, id: string, caller: Caller) {
    return db
      .update(items)
      .set(restoration)
      .where(restorable(items, id, caller))
      .returning(itemColumns);
  },
};

const insertQuery = prepared(
  (db, { most, ...values }: NewItem & { most: number }, { isBounded }: { isBounded: boolean }) =>
    db
      .insert(items)
      .values(withRoom(items, [values], isBounded ? most : 0))
      .returning(itemColumns),
);

const findQuery = prepared(
  (db, { id, callerId }: { id: string; callerId: string }, { withOwner }: { withOwner: boolean }) =>
    db
      .select({ ...itemColumns, ...(withOwner && owner) })
      .from(items)
      .where(reachable(items, id, { id: callerId })),
);

const listQuery = prepared(
  (
    db,
    { key, id, limit, ...filter }: Omit<ItemFilter, "status"> & PageValues,
    { status, sort, withOwner }: Pick<ItemFilter, "status"> & { sort: ColumnSort; withOwner: boolean },
  ) => {
    const { past, orderBy, sortKey } = keyset(itemOrder(sort), items.id, positionOf(key, id));
    return db
      .select({ ...itemColumns, ...(withOwner && owner), sort_key: sortKey })
      .from(items)
      .where(and(matching({ ...filter, status }), past))
      .orderBy(...orderBy)
      .limit(limit);
  },
);

/** The query of a page, or the two of a search by relevance. */
export function itemQueries(db: Database, filter: ItemFilter, sort: ItemSort, at: PageRequest, withOwner = false) {
  const { q } = filter;
  if (sort !== "relevance" && sort !== "-relevance") return [Items.list(db, filter, sort, at, withOwner)];
  if (q !== undefined) return Items.search(db, { ...filter, q }, sort, at, withOwner);
  // Without words, no item is more relevant than another, and the ids decide.
  return [Items.list(db, filter, sort === "relevance" ? "id" : "-id", at, withOwner)];
}

/** The order of the column that `sort` names, descending with a `-` prefix. */
export function itemOrder(sort: ColumnSort): Order {
  // TypeScript keeps no literal type through `replace`.
  return { by: items[sort.replace("-", "") as SortKey], descending: sort.startsWith("-") };
}

/**
 * Drops the time bound at which the list began, once a cursor implies it. Postgres would start its scan of the index
 * there and read every row before the page.
 */
function withoutImplied(filter: ItemFilter, sort: ColumnSort): ItemFilter {
  if (sort === "created_at") return { ...filter, createdAfter: undefined };
  return sort === "-created_at" ? { ...filter, createdBefore: undefined } : filter;
}

/** True for the items that a filter matches. */
function matching({ ownerId, status, createdAfter, createdBefore, q }: ItemFilter): SQL | undefined {
  return and(
    owned(items, ownerId, status),
    createdAfter === undefined ? undefined : gte(items.created_at, createdAfter),
    createdBefore === undefined ? undefined : lt(items.created_at, createdBefore),
    q === undefined ? undefined : matches(items, q),
  );
}
