import { desc, eq, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { items } from "../db/schema.ts";

/** The queries of items in the export of an account. */
export const ItemExports = {
  /** A user's items, newest first, including deleted ones, up to a count and up to a number of bytes of text. */
  list(db: Database, ownerId: string, bounds: { rows: number; bytes: number }) {
    const { id, owner_id, title, description, is_public, created_at, updated_at, deleted_at } = items;
    const bytes = sql<number>`sum(octet_length(${title}) + coalesce(octet_length(${description}), 0))
      over (order by ${id} desc)`.as("bytes");
    const newest = db
      .select({ id, owner_id, title, description, is_public, created_at, updated_at, deleted_at, bytes })
      .from(items)
      .where(eq(owner_id, ownerId))
      .orderBy(desc(id))
      .limit(bounds.rows)
      .as("newest");
    return db
      .select({
        id: newest.id,
        owner_id: newest.owner_id,
        title: newest.title,
        description: newest.description,
        is_public: newest.is_public,
        created_at: newest.created_at,
        updated_at: newest.updated_at,
        is_deleted: sql<boolean>`${newest.deleted_at} is not null`,
      })
      .from(newest)
      .where(sql`${newest.bytes} <= ${bounds.bytes}`)
      .orderBy(desc(newest.id));
  },

  count(db: Database, ownerId: string) {
    return db.select({ count: sql<number>`count(*)::int` }).from(items).where(eq(items.owner_id, ownerId));
  },
};
