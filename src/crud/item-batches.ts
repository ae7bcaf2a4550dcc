import { and, inArray, isNull, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { items } from "../db/schema.ts";
import { type ItemChanges, type ItemValues, itemColumns } from "./items.ts";
import { deletion, ownedOrAdmin } from "./owned.ts";

/** One of a batch's changes to what is there already: which item, at which version, and its place in the batch. */
export type BatchTarget = { id: string; version: number | undefined; place: number };

/** Locks items that a batch changes, in one order for all batches, so that none waits for another in a circle. */
export function lockItems(db: Database, ids: string[], callerId: string) {
  const isReachable = and(inArray(items.id, ids), isNull(items.deleted_at), ownedOrAdmin(items, callerId));
  return db.select({ id: items.id }).from(items).where(isReachable).orderBy(items.id).for("update");
}

/** Ends the transaction because of the first target that is not there (SQLSTATE PT404) or has changed (PT412). */
export function refuseStale(db: Database, targets: BatchTarget[], callerId: string) {
  return db.execute(sql`
    select refuse(case when failed.id is null then 'PT404' else 'PT412' end, failed.place) from (
      select ${items.id}, wanted.place
      from jsonb_to_recordset(${JSON.stringify(targets)}::jsonb) as wanted(id uuid, version int, place int)
      left join ${items} on ${items.id} = wanted.id and ${items.deleted_at} is null and ${ownedOrAdmin(items, callerId)}
      where ${items.id} is null or ${items.version} <> wanted.version
      order by wanted.place limit 1
    ) as failed`);
}

export function insertItems(db: Database, values: ItemValues[]) {
  // drizzle refuses an empty list.
  if (values.length === 0) return db.select(itemColumns).from(items).where(sql`false`);
  return db.insert(items).values(values).returning(itemColumns);
}

/** Changes each of these live items in its own way. */
export function updateItems(db: Database, changes: (ItemChanges & { id: string })[], callerId: string) {
  return db
    .update(items)
    .set({
      title: sql`coalesce(change ->> 'title', ${items.title})`,
      description: sql`case when change ? 'description' then change ->> 'description' else ${items.description} end`,
      is_public: sql`coalesce((change ->> 'is_public')::boolean, ${items.is_public})`,
    })
    .from(sql`jsonb_array_elements(${JSON.stringify(changes)}::jsonb) as change`)
    .where(and(sql`${items.id} = (change ->> 'id')::uuid`, isNull(items.deleted_at), ownedOrAdmin(items, callerId)))
    .returning(itemColumns);
}

/** Soft, as `deleteItem`. */
export function deleteItems(db: Database, ids: string[], callerId: string) {
  return db
    .update(items)
    .set(deletion)
    .where(and(inArray(items.id, ids), isNull(items.deleted_at), ownedOrAdmin(items, callerId)))
    .returning({ id: items.id });
}
