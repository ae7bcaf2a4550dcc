import { asc, desc, is, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { PgColumn } from "drizzle-orm/pg-core";
import { uuidOf } from "../security/uuid.ts";

/**
 * A way to sort a list. The id breaks ties in the same direction, so that every row has one position. `by` is never null,
 * since a comparison with null would leave the row out of every later page.
 */
export type Order = { by: SQLWrapper; descending: boolean };

/** Newest first: UUIDv7 ids sort by time. */
export function newestFirst(id: PgColumn): Order {
  return { by: id, descending: true };
}

/** A row's position in an order: its sort key, as Postgres writes it, and its id. */
export type Position = { key: string; id: string };

/** The position after which a page begins. Undefined for the first. */
export function positionOf(key: string | undefined, id: string | undefined): Position | undefined {
  return key === undefined || id === undefined ? undefined : { key, id };
}

/** A page of a list: `limit` rows after `after`, or from the start. */
export type PageRequest = { after: Position | undefined; limit: number };

/** A {@link PageRequest} among the values of a query that is built once: `{ ...after, limit }`. */
export type PageValues = Partial<Position> & { limit: number };

/**
 * The parts of a keyset query: the condition that skips rows already seen, the order, and the column that holds a row's
 * position. Every page costs the same if an index has the order's columns. Throws if a column to sort by may be null.
 */
export function keyset({ by, descending }: Order, id: PgColumn, after: Position | undefined) {
  if (is(by, PgColumn)) refuseNullable(by, id);
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

function refuseNullable(by: PgColumn, id: PgColumn): void {
  const refuse = (why: string): never => {
    throw new Error(`A list cannot be sorted by ${by.name}, ${why}`);
  };
  const lost = "may be null: its later pages would lack those rows";
  if (!by.notNull) {
    refuse(`which ${lost}. Make the column not null, or sort by sql\`coalesce(…)\` of it, and give that an index`);
  }
  if (by.table !== id.table) {
    refuse(
      `a column of another table, which behind a left join ${lost}. Sort by sql\`coalesce(…)\` of it, or, behind an inner ` +
        "join, by sql`…` of it alone",
    );
  }
}

/**
 * True for ids that were made more than this many days ago, which the primary key finds. A minute allows for a Worker's
 * clock.
 */
export function isOlderId(days: number): SQL {
  const time = new Date(Date.now() - days * 24 * 60 * 60 * 1_000).toISOString();
  return sql`id < ${firstIdAt(time, 1)}::uuid`;
}

/**
 * The first id of a time: UUIDv7 begins with Unix milliseconds, so that the index finds it at once. `minutes` allow for
 * a Worker's clock that differs from the database's.
 */
export function firstIdAt(time: string, minutes: number): string {
  const milliseconds = Math.max(0, Date.parse(time) + minutes * 60_000);
  return uuidOf(`${milliseconds.toString(16).padStart(12, "0")}${"0".repeat(20)}`);
}
