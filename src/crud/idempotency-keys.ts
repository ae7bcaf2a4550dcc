import { Column, is, SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Database } from "../db/client.ts";
import { idempotencyKeys } from "../db/schema.ts";

/** A user's key, and the digest of its request. */
export type IdempotencyClaim = { userId: string; key: string; fingerprint: string };

/** A row as `json`, its columns in order. */
export type JsonRow = Record<string, unknown>;

/**
 * Precedes the statements of a request and ends their transaction unless the key is new: SQLSTATE PT425 while another
 * transaction holds it, PT422 if it belongs to another request, PT208 with the recorded answers if that request is done.
 */
export function claimIdempotencyKey(db: Database, { userId, key, fingerprint }: IdempotencyClaim) {
  return db.execute(sql`select claim_key(${userId}::uuid, ${key}, ${fingerprint})`);
}

/**
 * Wraps a statement so that it also records its rows under the claimed key. The statement must answer rows and have no
 * `with` that writes, which Postgres forbids in a subquery.
 */
export function recorded(db: Database, { userId, key }: IdempotencyClaim, statement: BatchItem<"pg">) {
  return db.execute<{ rows: JsonRow[] }>(sql`
    with answer as (${built(statement).getSQL()})
    update ${idempotencyKeys}
    set results = array_append(results, (select coalesce(json_agg(answer), '[]') from answer))
    where user_id = ${userId}::uuid and key = ${key}
    returning results[cardinality(results)] as rows`);
}

/** Restores the statement's own answer from the rows of {@link recorded}. */
export function answerFrom(statement: BatchItem<"pg">, rows: JsonRow[]): unknown {
  const query = built(statement);
  const rowCount = rows.length;
  if (!("prepare" in query)) return query.mapResult({ rows, rowCount });
  const prepared = query.prepare("");
  return prepared.mapResult({ rows: rows.map((row) => valuesOf(row, prepared.fields ?? [])), rowCount });
}

/** In the order of the fields. A column added after the row was recorded has its default. */
function valuesOf(row: JsonRow, fields: { field: unknown }[]): unknown[] {
  const columns = fields.flatMap(({ field }) => (is(field, Column) ? [field] : []));
  if (columns.length < fields.length) return Object.values(row);
  return columns.map(({ name, default: value }) => {
    if (name in row) return row[name];
    return value === undefined || is(value, SQL) ? null : value;
  });
}

type Mapper = { fields?: { field: unknown }[]; mapResult(result: { rows: unknown[]; rowCount: number }): unknown };

/** The common shape of `db.execute` and drizzle's builders, which the type of a batch's statements omits. */
function built(statement: BatchItem<"pg">): SQLWrapper & (Mapper | { prepare(name: string): Mapper }) {
  return statement as ReturnType<typeof built> & typeof statement;
}

/** Removes some of the expired keys. A key that is claimed again in the meantime is new, and stays. */
export function purgeIdempotencyKeys(db: Database, limit: number) {
  const isOver = sql`created_at <= now() - interval '24 hours'`;
  return db.execute<{ key: string }>(sql`
    delete from ${idempotencyKeys} where ${isOver} and (user_id, key) in (
      select user_id, key from ${idempotencyKeys} where ${isOver} order by created_at limit ${limit} for update skip locked)
    returning key`);
}
