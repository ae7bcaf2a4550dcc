import { and, not, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { items } from "../db/schema.ts";
import {
  type ItemFilter,
  type ItemSort,
  Items,
  itemColumns,
  itemOrder,
  matching,
  owner,
  searched,
  withoutImplied,
} from "./items.ts";
import { keyset, type Order, type PageRequest } from "./keyset.ts";

/** The most matches that a search ranks. */
export const mostRanked = 10_000;

/** A search's filter, and the direction of its ranks. */
export type ItemSearch = { filter: ItemFilter & { q: string }; sort: "relevance" | "-relevance"; withOwner: boolean };

/** The start of a cursor's key, so that the pages of a search keep the order of the first one. */
const marks = { ranked: "rank ", newest: "time " } as const;

/**
 * The two queries of a page of a search, of which one answers rows: up to {@link mostRanked} matches are ranked, more
 * are listed newest first. The first page decides, and a cursor keeps it.
 */
export const ItemSearches = {
  ranked(db: Database, { filter, sort, withOwner }: ItemSearch, at: PageRequest) {
    const order = itemOrder(sort, filter.q);
    return select(
      db,
      and(matching(filter), at.after ? undefined : not(isBroad(filter))),
      order,
      "ranked",
      at,
      withOwner,
    );
  },

  newest(db: Database, { filter, withOwner }: ItemSearch, at: PageRequest) {
    const { q, ...rest } = at.after ? { ...withoutImplied(filter, "-created_at"), q: filter.q } : filter;
    // As a function, which no index serves: every few items match, so that the index of the time fills a page at once.
    const isMatch = sql`ts_match_vq(${items.search}, ${searched(q)})`;
    return select(
      db,
      and(matching(rest), isMatch, at.after ? undefined : isBroad(filter)),
      itemOrder("-created_at"),
      "newest",
      at,
      withOwner,
    );
  },
};

function select(
  db: Database,
  where: SQL | undefined,
  order: Order,
  mark: keyof typeof marks,
  { after, limit }: PageRequest,
  withOwner: boolean,
) {
  const position = after && { ...after, key: after.key.slice(marks[mark].length) };
  const { past, orderBy, sortKey } = keyset(order, items.id, position);
  return db
    .select({ ...itemColumns, ...(withOwner && owner), sort_key: sql<string>`${marks[mark]} || ${sortKey}` })
    .from(items)
    .where(and(where, past))
    .orderBy(...orderBy)
    .limit(limit);
}

/**
 * True if more items match than can be ranked. Materialized, so that PostgreSQL finds the matches by the index as if it
 * read all of them, but stops when there are too many.
 */
function isBroad(filter: ItemFilter): SQL {
  return sql`(with found as materialized (select 1 from ${items} where ${matching(filter)})
    select count(*) > ${mostRanked} from (select from found limit ${mostRanked + 1}) as counted)`;
}

/** The query of a page, or the two of a search by relevance, of which one answers rows. */
export function itemQueries(db: Database, filter: ItemFilter, sort: ItemSort, at: PageRequest, withOwner = false) {
  const { q } = filter;
  if (q === undefined || (sort !== "relevance" && sort !== "-relevance")) {
    return [Items.list(db, filter, sort, at, withOwner), undefined] as const;
  }
  const search = { filter: { ...filter, q }, sort, withOwner };
  const mayBe = (mark: keyof typeof marks) => at.after === undefined || at.after.key.startsWith(marks[mark]);
  return [
    mayBe("ranked") ? ItemSearches.ranked(db, search, at) : undefined,
    mayBe("newest") ? ItemSearches.newest(db, search, at) : undefined,
  ] as const;
}
