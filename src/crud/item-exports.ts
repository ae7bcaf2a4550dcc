import { desc, eq, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { items } from "../db/schema.ts";
import { itemColumns } from "./items.ts";

/** The queries of items in the export of an account. */
export const ItemExports = {
  /** A user's items, newest first, including deleted ones, up to a count and up to a number of bytes of text. */
  list(db: Database, ownerId: string, bounds: { rows: number; bytes: number }) {
    const { id, owner_id, title, description } = items;
    const bytes = sql<number>`sum(octet_length(${title}) + coalesce(octet_length(${description}), 0))
      over (order by ${id} desc)`.as("bytes");
    const newest = db
      .select({ ...itemColumns, bytes })
      .from(items)
      .where(eq(owner_id, ownerId))
      .orderBy(desc(id))
      .limit(bounds.rows)
      .as("newest");
    const { bytes: sum, ...columns } = newest._.selectedFields;
    return db
      .select({ ...columns, is_deleted: sql<boolean>`${newest.deleted_at} is not null` })
      .from(newest)
      .where(sql`${sum} <= ${bounds.bytes}`)
      .orderBy(desc(newest.id));
  },

  count(db: Database, ownerId: string) {
    return db.select({ count: sql<number>`count(*)::int` }).from(items).where(eq(items.owner_id, ownerId));
  },
};
