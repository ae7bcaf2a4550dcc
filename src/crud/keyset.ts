import { asc, desc, type SQLWrapper, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

/** A way to sort a list. Ties are broken by id in the same direction, so that every row has one place. */
export type Order = { by: SQLWrapper; descending: boolean };

/** Newest first, since ids tell the time (UUIDv7). */
export function newestFirst(id: PgColumn): Order {
  return { by: id, descending: true };
}

/** A row's place in an order: its sort key, as Postgres writes it, and its id. */
export type Position = { key: string; id: string };

/** Which page of a list: `limit` rows behind `after`, or from the start. */
export type PageRequest = { after: Position | undefined; limit: number };

/**
 * What a keyset page adds to its query: the condition to be past the last row seen, the order, and the column that
 * tells a row's place. Costs the same at any depth where an index has the order's columns.
 */
export function keyset({ by, descending }: Order, id: PgColumn, after: Position | undefined) {
  const direction = descending ? desc : asc;
  const comparison = descending ? sql`<` : sql`>`;
  if (by === id) {
    return {
      past: after && sql<boolean>`${id} ${comparison} ${after.id}::uuid`,
      orderBy: [direction(id)],
      sortKey: sql<string>`''`,
    };
  }
  return {
    past: after && sql<boolean>`(${by}, ${id}) ${comparison} (${after.key}, ${after.id}::uuid)`,
    orderBy: [direction(by), direction(id)],
    sortKey: sql<string>`${by}::text`,
  };
}
