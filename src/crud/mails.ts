import { and, eq, inArray, isNull, lte, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { mails, oneTimeTokens } from "../db/schema.ts";
import type { MailKindName } from "../values.ts";

export type NewMail = { id: string; userId: string; kind: MailKindName; recipient: string; data: object };

/** A mail that this process has claimed and sends now. */
export type ClaimedMail = {
  id: string;
  kind: string;
  recipient: string;
  data: Record<string, string>;
  /** The time of its cause. */
  created_at: string;
  /** The number of claims, including this one. */
  attempts: number;
  /** The hash of the user's current token for this mail's purpose, if any. */
  live_hash: string | null;
};

/** Puts a mail into the outbox; with `happened`, only if that holds after the preceding statements. */
export function insertMail(db: Database, mail: NewMail, happened: SQL = sql`true`) {
  return db.execute(sql`
    insert into ${mails} (id, user_id, kind, recipient, data)
    select ${mail.id}::uuid, ${mail.userId}::uuid, ${mail.kind}, ${mail.recipient}, ${JSON.stringify(mail.data)}::jsonb
    where ${happened}`);
}

/**
 * Claims due mails, oldest first, or only those of `ids`, for `leaseSeconds`. Nobody else claims them until then; after a
 * crash they are due again.
 */
export function claimMails(db: Database, claim: { limit: number; leaseSeconds: number; ids?: readonly string[] }) {
  const { limit, leaseSeconds, ids } = claim;
  const due = and(isDue(), ids && inArray(mails.id, [...ids]));
  return db.execute<ClaimedMail>(sql`
    with due as (
      select id from ${mails} where ${due} order by next_attempt_at limit ${limit}::int for update skip locked
    )
    update ${mails} as m
    set attempts = m.attempts + 1, next_attempt_at = now() + make_interval(secs => ${leaseSeconds}::int)
    from due where m.id = due.id
    returning m.id, m.kind, m.recipient, m.data, m.created_at, m.attempts, (
      select t.token_hash from ${oneTimeTokens} as t
      where t.user_id = m.user_id and t.purpose = m.kind and t.used_at is null and t.expires_at > now()
    ) as live_hash`);
}

/** The number of due mails. */
export function countDueMails(db: Database) {
  return db.select({ count: sql<number>`count(*)::int` }).from(mails).where(isDue());
}

export function markMailSent(db: Database, id: string) {
  return db
    .update(mails)
    .set({ sent_at: sql`now()`, last_error: null })
    .where(and(eq(mails.id, id), isNull(mails.sent_at)));
}

/** Schedules a mail's next try; without `retryInSeconds`, gives it up for good. */
export function markMailFailed(
  db: Database,
  mail: { id: string; attempts: number },
  failure: { reason: string; retryInSeconds?: number | undefined },
) {
  const { reason, retryInSeconds } = failure;
  const next =
    retryInSeconds === undefined
      ? { dead_at: sql`now()` }
      : { next_attempt_at: sql`now() + make_interval(secs => ${retryInSeconds}::int)` };
  return db
    .update(mails)
    .set({ last_error: reason, ...next })
    .where(and(eq(mails.id, mail.id), eq(mails.attempts, mail.attempts), isNull(mails.sent_at)));
}

function isDue(): SQL | undefined {
  return and(isNull(mails.sent_at), isNull(mails.dead_at), lte(mails.next_attempt_at, sql`now()`));
}
