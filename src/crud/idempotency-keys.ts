import { sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Database } from "../db/client.ts";
import { answerFrom, answeringAs, isRaw, outlineOfStatement } from "../db/drizzle.ts";
import type { JsonRow } from "../db/json-rows.ts";
import { idempotencyKeys } from "../db/schema.ts";

/** A user's key, and the digest of its request. */
export type IdempotencyClaim = { userId: string; key: string; fingerprint: string };

type Statement = BatchItem<"pg">;

/**
 * Precedes the statements of a request and ends their transaction unless the key is new: SQLSTATE PT425 while another
 * transaction holds it, PT422 if it belongs to another request, PT208 with the recorded answers if that request is done.
 */
export function claimIdempotencyKey(db: Database, { userId, key, fingerprint }: IdempotencyClaim) {
  return db.execute(sql`select claim_key(${userId}::uuid, ${key}, ${fingerprint})`);
}

/** The reason why a statement cannot be recorded, because Postgres forbids it in a subquery. Undefined if it can. */
export function whyNotRecorded(statement: Statement): string | undefined {
  const { answersRows, writesInWith } = outlineOfStatement(statement);
  if (writesInWith) return 'changes rows in a "with": make that a statement of its own';
  return answersRows ? undefined : 'answers no rows: end it in "returning"';
}

/** Wraps a statement so that it also records its rows under the claimed key. */
export function recorded(db: Database, { userId, key }: IdempotencyClaim, statement: Statement): Statement {
  return answeringAs(statement, (answer) =>
    db.execute(sql`
      with ${answer}
      update ${idempotencyKeys}
      set results = array_append(results, (select coalesce(json_agg(answer), '[]') from answer))
      where user_id = ${userId}::uuid and key = ${key}
      returning results[cardinality(results)]::text as rows`),
  );
}

/** Makes a statement answer as under a key: SQL by hand would otherwise answer the driver's values, not those of JSON. */
export function unrecorded(db: Database, statement: Statement): Statement {
  if (!isRaw(statement)) return statement;
  return answeringAs(statement, (answer) =>
    db.execute(sql`with ${answer} select coalesce(json_agg(answer), '[]')::text as rows from answer`),
  );
}

/** Restores the statements' own answers from their recorded rows. */
export function recordedAnswers(statements: readonly Statement[], results: JsonRow[][]): unknown[] {
  return statements.map((statement, i) => answerFrom(statement, results[i] ?? []));
}

/** Removes some of the expired keys. A key that is claimed again in the meantime is new, and stays. */
export function purgeIdempotencyKeys(db: Database, limit: number) {
  const isOver = sql`created_at <= now() - interval '24 hours'`;
  return db.execute<{ key: string }>(sql`
    delete from ${idempotencyKeys} where ${isOver} and (user_id, key) in (
      select user_id, key from ${idempotencyKeys} where ${isOver} order by created_at limit ${limit} for update skip locked)
    returning key`);
}
