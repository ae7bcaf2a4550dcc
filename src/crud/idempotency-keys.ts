import { sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Database } from "../db/client.ts";
import { answerFrom, answeringAs, isRaw, outlineOfStatement } from "../db/drizzle.ts";
import type { JsonRow } from "../db/json-rows.ts";
import { idempotencyKeys, throttles } from "../db/schema.ts";

/** A user's key, the digest of its request, and the KiB that all of the user's keys may take per day. */
export type IdempotencyClaim = { userId: string; key: string; fingerprint: string; kibPerDay: number };

type Statement = BatchItem<"pg">;

/** The queries of idempotency keys. */
export const IdempotencyKeys = {
  /**
   * Ends the transaction of a request unless its key is new: SQLSTATE PT425 while in use, PT422 for another request,
   * PT208 with the recorded answers, PT429 without room for a new one. {@link IdempotencyKeys.charge} takes the room.
   */
  claim(db: Database, { userId, key, fingerprint, kibPerDay }: IdempotencyClaim) {
    const forget = secondsPerDay / kibPerDay;
    return db.execute(sql`
      with claimed as materialized (select claim_key(${userId}::uuid, ${key}, ${fingerprint})),
      room as (
        select (t.attempts - forgotten(t.last_attempt_at, ${forget}) - ${kibPerDay}::int + 1) * ${forget}::float8 as wait
        from claimed left join ${throttles} as t on t.key = ${counterOf(userId)}
      )
      select case when wait > 0 then refuse('PT429', ceil(wait)::int) end from room`);
  },

  /**
   * Follows the statements of a request and charges the user for the KiB recorded, one at least. Comes last, so that the
   * holder of the counter waits for no other lock: that could deadlock.
   */
  charge(db: Database, { userId, key, kibPerDay }: IdempotencyClaim) {
    const forget = secondsPerDay / kibPerDay;
    const kept = sql`greatest(t.attempts - forgotten(t.last_attempt_at, ${forget}), 0)`;
    return db.execute(sql`
      insert into ${throttles} as t (key, attempts)
      select ${counterOf(userId)}, 1 + octet_length(results::text) / 1024 from ${idempotencyKeys}
      where user_id = ${userId}::uuid and key = ${key}
      on conflict (key) do update set attempts = ${kept} + excluded.attempts, last_attempt_at = case when ${kept} = 0 then now()
        else t.last_attempt_at + make_interval(secs => forgotten(t.last_attempt_at, ${forget}) * ${forget}::float8) end`);
  },

  /** Removes some of the expired keys. A key that is claimed again in the meantime is new, and stays. */
  purge(db: Database, limit: number) {
    const isOver = sql`created_at <= now() - interval '24 hours'`;
    return db.execute<{ key: string }>(sql`
      delete from ${idempotencyKeys} where ${isOver} and (user_id, key) in (
        select user_id, key from ${idempotencyKeys} where ${isOver} order by created_at limit ${limit} for update skip locked)
      returning key`);
  },
};

const secondsPerDay = 24 * 60 * 60;

function counterOf(userId: string): string {
  return `idempotency:${userId}`;
}

/** The reason why Postgres forbids to wrap a statement in a subquery, and thus to record it, if there is one. */
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

/** Makes a statement answer as it would under a key, as JSON: SQL by hand would answer the driver's values. */
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
