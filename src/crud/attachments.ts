import { and, desc, eq, getTableColumns, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { attachments, items } from "../db/schema.ts";
import type { Caller } from "../security/caller.ts";
import { keyset, newestFirst, type PageRequest } from "./keyset.ts";
import { reachable, requireReachable } from "./owned.ts";

export type NewAttachment = { id: string; item_id: string; name: string; type: string; size: number };

/** The bounds of an owner: rows, 0 for none, and bytes. */
type FileRoom = { rows: number; bytes: number };

/** The time after which an upload that has not ended has failed: many times as long as one may take. */
const givenUp = sql`interval '1 hour'`;

/** The queries of attachments. A caller reaches those of the live items that they reach, once they are stored. */
export const Attachments = {
  /** Precedes statements about an item's attachments: see {@link requireReachable}. */
  requireItem(db: Database, itemId: string, caller: Caller) {
    return requireReachable(db, items, itemId, caller);
  },

  /** Precedes {@link Attachments.insert}: of an owner's simultaneous uploads, each sees the rows of those before it. */
  lockOwner(db: Database, itemId: string) {
    return db.execute(sql`
      select pg_advisory_xact_lock(hashtextextended('attachments ' || owner_id, 0)) from ${items} where id = ${itemId}::uuid`);
  },

  /** Inserts a row before its object. Ends the transaction (SQLSTATE PT507) if the owner has no room for it. */
  insert(db: Database, { id, item_id, name, type, size }: NewAttachment, most: FileRoom) {
    const owner = sql`${items.owner_id}`;
    const kept = sql`(select coalesce(sum(size), 0) from ${attachments} as kept where kept.owner_id = ${owner})`;
    const checked =
      most.rows === 0
        ? sql`${id}::uuid`
        : sql`with_room(${id}::uuid, 'attachments'::regclass, 'owner_id', ${owner}, ${most.rows}::int, 1)`;
    return db.execute(sql`
      insert into ${attachments} (id, item_id, owner_id, name, type, size)
      select ${checked}, ${items.id}, ${owner}, ${name}, ${type}, ${size}::int from ${items}
      where ${items.id} = ${item_id}::uuid
        and (${kept} + ${size}::int <= ${most.bytes}::bigint or refuse('PT507', -1))`);
  },

  /** Records that the object is stored. No row if it was given up, or its item was purged. */
  complete(db: Database, id: string, sha256: string) {
    return db
      .update(attachments)
      .set({ sha256 })
      .where(and(eq(attachments.id, id), isNull(attachments.sha256), isNotNull(attachments.item_id)))
      .returning();
  },

  /** Removes the row of an upload that failed, whose object there is not. */
  discard(db: Database, id: string) {
    return db.delete(attachments).where(and(eq(attachments.id, id), isNull(attachments.sha256)));
  },

  find(db: Database, itemId: string, id: string, caller: Caller) {
    return db
      .select(getTableColumns(attachments))
      .from(attachments)
      .innerJoin(items, reachable(items, itemId, caller))
      .where(stored(itemId, id));
  },

  list(db: Database, itemId: string, caller: Caller, { after, limit }: PageRequest) {
    const { past, orderBy, sortKey } = keyset(newestFirst(attachments.id), attachments.id, after);
    return db
      .select({ ...getTableColumns(attachments), sort_key: sortKey })
      .from(attachments)
      .innerJoin(items, reachable(items, itemId, caller))
      .where(and(stored(itemId), past))
      .orderBy(...orderBy)
      .limit(limit);
  },

  /** The stored attachments of an owner's items, newest first, deleted items included. */
  listOwned(db: Database, ownerId: string, limit: number) {
    const { id, name, type, size, created_at } = attachments;
    // Neither is null in a row that this finds.
    const [item_id, sha256] = [sql<string>`${attachments.item_id}`, sql<string>`${attachments.sha256}`];
    return db
      .select({ id, item_id, name, type, size, sha256, created_at })
      .from(attachments)
      .where(and(eq(attachments.owner_id, ownerId), isNotNull(attachments.item_id), isNotNull(attachments.sha256)))
      .orderBy(desc(attachments.id))
      .limit(limit);
  },

  /** Takes the attachment from its item. Its object and its row are then removed by a task. */
  delete(db: Database, itemId: string, id: string, caller: Caller) {
    return db
      .update(attachments)
      .set({ item_id: null })
      .where(and(stored(itemId, id), sql`exists (select from ${items} where ${reachable(items, itemId, caller)})`))
      .returning({ id: attachments.id });
  },

  /** True if this transaction has deleted it: an earlier one has a task of its own. */
  isDeletedNow(id: string): SQL {
    return sql`exists (select from ${attachments}
      where id = ${id}::uuid and item_id is null and xmin = pg_current_xact_id()::xid)`;
  },

  /**
   * Some of the rows whose objects are to be removed. None of them can be completed from then on. Leaves an upload alone
   * that may still be under way, because its object could come later, or that is just being completed.
   */
  giveUp(db: Database, limit: number) {
    return db.execute<{ id: string }>(sql`
      update ${attachments} set item_id = null where id in (
        select id from ${attachments}
        where (item_id is null and sha256 is not null) or (sha256 is null and created_at < now() - ${givenUp})
        order by created_at limit ${limit} for update skip locked)
      returning id`);
  },

  /** Removes rows whose objects were removed. */
  remove(db: Database, ids: readonly string[]) {
    return db.execute(sql`
      delete from ${attachments} where id = any(${`{${ids.join()}}`}::uuid[]) and item_id is null`);
  },
};

function stored(itemId: string, id?: string): SQL | undefined {
  const isOne = id === undefined ? undefined : eq(attachments.id, id);
  return and(isOne, eq(attachments.item_id, itemId), isNotNull(attachments.sha256));
}
