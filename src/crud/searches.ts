import { and, getTableColumns, not, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { SelectResultFields } from "drizzle-orm/query-builders/select.types";
import type { RunnableQuery } from "drizzle-orm/runnable-query";
import type { Database } from "../db/client.ts";
import { punctuation } from "../db/schema.ts";
import { keyset, type Order, type PageRequest } from "./keyset.ts";
import type { RowTable } from "./rows.ts";

/** A table whose rows are found by their words: one with the column of `searchOf`. */
export type SearchedTable = RowTable & { search: PgColumn };

/** A search for words, best match first if descending. */
export type Search = {
  q: string;
  descending: boolean;
  /** Conditions besides the words, such as the owner of the rows. */
  where: SQL | undefined;
  /** Those of later pages that are listed newest first: a cursor implies a bound of the time, which costs much beside it. */
  whereLater?: SQL | undefined;
};

/** The most matches that a search ranks. */
export const mostRanked = 10_000;

/** The start of a cursor's key, so that the pages of a search keep the order of the first one. */
const marks = { ranked: "rank ", newest: "time " } as const;

/** The columns that queries answer: all but the search vector, which no caller reads. */
export function shownColumns<Table extends SearchedTable>(table: Table): Omit<Table["_"]["columns"], "search"> {
  const { search: _search, ...shown } = getTableColumns(table);
  return shown;
}

/** True for the rows that have all of these words. No character is an operator. */
export function matches({ search }: SearchedTable, q: string): SQL {
  return sql`${search} @@ ${searched(q)}`;
}

/**
 * The two queries of a page of a search, of which one answers rows, each with its `sort_key`: up to {@link mostRanked}
 * matches are ranked, more are listed newest first. The first page decides, and its cursor keeps it.
 */
export function searchQueries<Columns extends Record<string, PgColumn | SQL>>(
  db: Database,
  table: SearchedTable,
  columns: Columns,
  { q, descending, where, whereLater = where }: Search,
  { after, limit }: PageRequest,
) {
  type Row = SelectResultFields<Columns> & { sort_key: string };
  const found = and(where, matches(table, q));
  const broad = after ? undefined : isBroad(table, found);
  const page = (mark: keyof typeof marks, order: Order, condition: SQL | undefined) => {
    if (after && !after.key.startsWith(marks[mark])) return [];
    const position = after && { ...after, key: after.key.slice(marks[mark].length) };
    const { past, orderBy, sortKey } = keyset(order, table.id, position);
    // Wide, since drizzle's types lose the columns of a type parameter.
    const selected: Record<string, PgColumn | SQL> = { ...columns, sort_key: sql`${marks[mark]} || ${sortKey}` };
    const query = db
      .select(selected)
      .from(table)
      .where(and(condition, past))
      .orderBy(...orderBy)
      .limit(limit);
    return [query as unknown as RunnableQuery<Row[], "pg"> & SQLWrapper];
  };
  const rank = sql`ts_rank(${table.search}, ${searched(q)})`;
  // As a function, which no index serves: every few rows match, so that the index of the time fills a page at once.
  const isMatch = sql`ts_match_vq(${table.search}, ${searched(q)})`;
  return [
    ...page("ranked", { by: rank, descending }, and(found, broad && not(broad))),
    ...page("newest", { by: table.created_at, descending: true }, and(after ? whereLater : where, isMatch, broad)),
  ];
}

/**
 * True if more rows match than can be ranked. Materialized, so that PostgreSQL finds the matches by the index as if it
 * read all of them, but stops when there are too many.
 */
function isBroad(table: SearchedTable, found: SQL | undefined): SQL {
  return sql`(with found as materialized (select 1 from ${table} where ${found})
    select count(*) > ${mostRanked} from (select from found limit ${mostRanked + 1}) as counted)`;
}

/** The words of a search. */
function searched(q: string): SQL {
  return sql`plainto_tsquery('simple'::regconfig, translate(normalize(${q}), ${punctuation}, ${" ".repeat(punctuation.length)}))`;
}
