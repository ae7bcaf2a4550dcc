import { and, desc, eq, isNotNull, isNull, or, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { prepared } from "../db/drizzle.ts";
import { items, users } from "../db/schema.ts";
import { itemColumns, itemOrder } from "./items.ts";
import { keyset, type PageRequest, type PageValues, positionOf } from "./keyset.ts";

const isPublic = and(items.is_public, isNull(items.deleted_at));
const ownerIsThere = and(users.is_active, isNull(users.deleted_at));
const shownOwner = { id: users.id, username: users.username, full_name: users.full_name };

/** The rows that a page examines, at about a millisecond, to skip items whose owners are gone. */
const lookAhead = 1_000;

/** The queries of public items, which need no caller. */
export const PublicItems = {
  /** The public item with this id, if its owner is live and active. */
  find(db: Database, id: string) {
    return findQuery(db, { id });
  },

  /**
   * A page of the public items, newest first, each with its `sort_key`. If too many owners are gone it is short, and ends
   * with the last item examined, after which the next page begins.
   */
  list(db: Database, { after, limit }: PageRequest) {
    return listQuery(db, { ...after, limit });
  },
};

const findQuery = prepared((db, { id }: { id: string }) =>
  db
    .select({ ...itemColumns, owner: shownOwner })
    .from(items)
    .innerJoin(users, eq(users.id, items.owner_id))
    .where(and(eq(items.id, id), isPublic, ownerIsThere)),
);

const listQuery = prepared((db, { key, id, limit }: PageValues) => {
  const { past, orderBy, sortKey } = keyset(itemOrder("-created_at"), items.id, positionOf(key, id));
  const newest = db
    .select({
      ...itemColumns,
      sort_key: sortKey.as("sort_key"),
      position: sql<number>`row_number() over (order by ${items.created_at} desc, ${items.id} desc)`.as("position"),
    })
    .from(items)
    .where(and(isPublic, past))
    .orderBy(...orderBy)
    .limit(lookAhead)
    .as("newest");
  const { position, ...columns } = newest._.selectedFields;
  return db
    .select({ ...columns, owner: shownOwner, is_end: eq(position, lookAhead).mapWith(Boolean) })
    .from(newest)
    .leftJoin(users, and(eq(users.id, newest.owner_id), ownerIsThere))
    .where(or(isNotNull(users.id), eq(position, lookAhead)))
    .orderBy(desc(newest.created_at), desc(newest.id))
    .limit(limit);
});
