import { and, getTableColumns, gte, lt, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { prepared } from "../db/drizzle.ts";
import { items, punctuation } from "../db/schema.ts";
import type { Caller } from "../security/caller.ts";
import { keyset, type Order, type PageRequest, type PageValues, positionOf } from "./keyset.ts";
import { type NewRow, owned, type RowUpdate, reachable, restorable, withRoom } from "./owned.ts";
import { deletion, restoration, type Status } from "./rows.ts";
import { publicProfile } from "./users.ts";
import { requireVersion, type Versions } from "./versions.ts";

export type NewItem = NewRow<typeof items>;
export type ItemChanges = RowUpdate<typeof items>;

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
  list(db: Database, filter: ItemFilter, sort: ItemSort, { after, limit }: PageRequest, withOwner = false) {
    const { status, ...values } = after ? withoutImplied(filter, sort) : filter;
    return listQuery(db, { ...values, ...after, limit }, { status, sort, withOwner });
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
    { status, sort, withOwner }: Pick<ItemFilter, "status"> & { sort: ItemSort; withOwner: boolean },
  ) => {
    const { past, orderBy, sortKey } = keyset(itemOrder(sort, filter.q), items.id, positionOf(key, id));
    return db
      .select({ ...itemColumns, ...(withOwner && owner), sort_key: sortKey })
      .from(items)
      .where(and(matching({ ...filter, status }), past))
      .orderBy(...orderBy)
      .limit(limit);
  },
);

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
  relevance: (q) => sql`ts_rank(${items.search}, ${searched(q)})`,
};

/**
 * Drops the time bound at which the list began, once a cursor implies it. Postgres would start its scan of the index
 * there and read every row before the page.
 */
export function withoutImplied(filter: ItemFilter, sort: ItemSort): ItemFilter {
  if (sort === "created_at") return { ...filter, createdAfter: undefined };
  return sort === "-created_at" ? { ...filter, createdBefore: undefined } : filter;
}

/** True for the items that a filter matches. Pages, searches and counts use it. */
export function matching({ ownerId, status, createdAfter, createdBefore, q }: ItemFilter): SQL | undefined {
  return and(
    owned(items, ownerId, status),
    createdAfter === undefined ? undefined : gte(items.created_at, createdAfter),
    createdBefore === undefined ? undefined : lt(items.created_at, createdBefore),
    q === undefined ? undefined : sql`${items.search} @@ ${searched(q)}`,
  );
}

/** The words of a search. */
export function searched(q: string): SQL {
  return sql`plainto_tsquery('simple'::regconfig, translate(normalize(${q}), ${punctuation}, ${" ".repeat(punctuation.length)}))`;
}
