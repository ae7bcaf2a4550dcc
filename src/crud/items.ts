import { and, desc, eq, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { items } from "../db/schema.ts";
import { isAdmin } from "./guards.ts";

export type ItemValues = typeof items.$inferInsert;
export type ItemChanges = { [K in "title" | "description"]?: ItemValues[K] | undefined };

export function insertItem(db: Database, values: ItemValues) {
  return db.insert(items).values(values).returning();
}

/** The live item with this id, where the caller owns it or is an admin. */
export function findItem(db: Database, id: string, callerId: string) {
  return db.select().from(items).where(reachable(id, callerId));
}

/** The owner's live items, newest first, those after the cursor `after`. */
export function listItems(db: Database, page: { ownerId: string; after?: string | undefined; limit: number }) {
  return db
    .select()
    .from(items)
    .where(
      and(
        eq(items.owner_id, page.ownerId),
        isNull(items.deleted_at),
        page.after === undefined ? undefined : lt(items.id, page.after),
      ),
    )
    .orderBy(desc(items.id))
    .limit(page.limit);
}

export function updateItem(db: Database, id: string, callerId: string, changes: ItemChanges) {
  return db
    .update(items)
    .set({ ...changes, updated_at: sql`now()` })
    .where(reachable(id, callerId))
    .returning();
}

/** Soft: the row stays, nobody reaches it any more. */
export function deleteItem(db: Database, id: string, callerId: string) {
  return db
    .update(items)
    .set({ deleted_at: sql`now()`, updated_at: sql`now()` })
    .where(reachable(id, callerId))
    .returning({ id: items.id });
}

function reachable(id: string, callerId: string): SQL | undefined {
  return and(eq(items.id, id), isNull(items.deleted_at), or(eq(items.owner_id, callerId), isAdmin(callerId)));
}
