import { and, inArray, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { items } from "../db/schema.ts";
import type { Caller } from "../security/caller.ts";
import { type ItemChanges, itemColumns, type NewItem } from "./items.ts";
import { ownedOrAdmin, withRoom } from "./owned.ts";
import { deletion } from "./rows.ts";

/** A batch's change to an existing item: its id, its expected version, and its position in the batch. */
export type BatchTarget = { id: string; version: number | undefined; position: number };

/** The queries of a batch of items. {@link ItemBatches.lock} comes first. */
export const ItemBatches = {
  /**
   * Locks the items that a batch changes, so that the statements after it need no check. Ends the transaction at the
   * first that the caller cannot reach (SQLSTATE PT404) or that has changed (PT412).
   */
  lock(db: Database, targets: BatchTarget[], caller: Caller) {
    // All batches lock in the same order, so that they cannot deadlock.
    const locked = db
      .select({ id: items.id, version: items.etag, deleted_at: items.deleted_at })
      .from(items)
      .where(
        and(
          inArray(
            items.id,
            targets.map(({ id }) => id),
          ),
          ownedOrAdmin(items, caller),
        ),
      )
      .orderBy(items.id)
      .for("update");
    return db.execute(sql`
      with locked as (${locked.getSQL()})
      select refuse(case when failed.id is null then 'PT404' else 'PT412' end, failed.position) from (
        select locked.id, wanted.position
        from jsonb_to_recordset(${JSON.stringify(targets)}::jsonb) as wanted(id uuid, version int, position int)
        left join locked on locked.id = wanted.id and locked.deleted_at is null
        where locked.id is null or locked.version <> wanted.version
        order by wanted.position limit 1
      ) as failed`);
  },

  /** Respects the bound of {@link withRoom}. */
  insert(db: Database, values: NewItem[], most: number) {
    // drizzle refuses an empty list.
    if (values.length === 0) return db.select(itemColumns).from(items).where(sql`false`);
    return db
      .insert(items)
      .values(withRoom(items, values, most))
      .returning(itemColumns);
  },

  /** Applies each item's own changes of these fields, after {@link ItemBatches.lock} has locked them. */
  update(db: Database, changes: (ItemChanges & { id: string })[], fields: readonly (keyof ItemChanges)[]) {
    const values = fields.map((field) => {
      const its = sql`its.${sql.identifier(items[field].name)}`;
      return [field, sql`case when change ? ${items[field].name} then ${its} else ${items[field]} end`] as const;
    });
    return db
      .update(items)
      .set(Object.fromEntries(values))
      .from(sql`jsonb_array_elements(${JSON.stringify(changes)}::jsonb) as change,
        jsonb_populate_record(null::${items}, change) as its`)
      .where(sql`${items.id} = (change ->> 'id')::uuid`)
      .returning(itemColumns);
  },

  /** Soft-deletes these items, after {@link ItemBatches.lock} has locked them. */
  delete(db: Database, ids: string[]) {
    return db
      .update(items)
      .set(deletion)
      .where(inArray(items.id, ids))
      .returning({ id: items.id, is_public: items.is_public });
  },
};
