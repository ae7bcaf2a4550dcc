import { and, eq, inArray, isNull, lte, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { mails, oneTimeTokens, throttles, users } from "../db/schema.ts";
import type { MailKindName, Purpose } from "../values.ts";
import { isOlderId } from "./keyset.ts";

export type NewMail = { id: string; userId: string; kind: MailKindName; recipient: string; data: object };

/** Mails at once, and the seconds after which there is room for one more. */
export const mailBudget = { budget: 10, forgetSeconds: 6 * 60 };

/**
 * The counter of each link, which anybody can request for any address. Resets have their own, so that other mail cannot
 * block them.
 */
const counterOfLink: Record<Purpose, "box" | "reset"> = {
  verify_email: "box",
  change_email: "box",
  reset_password: "reset",
};

/**
 * Takes room for one mail, or is false: links and mail to unverified addresses count per mailbox, hidden by `pepper`,
 * other mail per account and kind. Volatile: use it behind a fence, one row per mail.
 */
export function takesRoom(
  { kind, userId, recipient, isVerified }: { kind: MailKindName; userId: SQL; recipient: SQL; isVerified: SQL },
  pepper: string,
): SQL {
  const box = sql`regexp_replace(replace(split_part(lower(${recipient}), '@', 1), '.', ''), '[+].*$', '')
    || '@' || split_part(lower(${recipient}), '@', 2)`;
  const linkCounter: string | undefined = Object.entries(counterOfLink).find(([purpose]) => purpose === kind)?.[1];
  const byMailbox = sql`${`mail:${linkCounter ?? "box"}:`}
    || encode(sha256(convert_to(${pepper}::text || ${box}, 'UTF8')), 'hex')`;
  const byAccount = sql`${`mail:${kind}:`} || ${userId}::text`;
  const counter = linkCounter ? byMailbox : sql`case when ${isVerified} then ${byAccount} else ${byMailbox} end`;
  return sql`take_room(${counter}, ${mailBudget.budget}::int, ${mailBudget.forgetSeconds}::int) = 0`;
}

/** The counter of the provider's outages, between the first one and the next mail that is sent. */
const circuit = "circuit:mail";

/** A mail that this process has claimed to send. */
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
  /** True if it shall find out if the provider works again. */
  is_probe: boolean;
};

/** The queries of the outbox. */
export const Mails = {
  /** Puts a mail into the outbox, if there is room; with `happened`, only if that holds after the preceding statements. */
  insert(db: Database, mail: NewMail, pepper: string, happened: SQL = sql`true`) {
    const { id, userId, kind, recipient, data } = mail;
    const isVerified = sql`exists (select from ${users} where id = ${userId}::uuid and email_verified_at is not null
      and lower(email) = lower(${recipient}))`;
    const room = takesRoom(
      { kind, userId: sql`${userId}::uuid`, recipient: sql`${recipient}::text`, isVerified },
      pepper,
    );
    return db.execute(sql`
      insert into ${mails} (id, user_id, kind, recipient, data)
      select ${id}::uuid, ${userId}::uuid, ${kind}, ${recipient}, ${JSON.stringify(data)}::jsonb
      from (select where ${happened} offset 0) as cause where ${room}`);
  },

  /**
   * Claims due mails, oldest first, or only those of `ids`, exclusively for `leaseSeconds`. After a crash they are due
   * again. None while the provider is given a rest, and then a single one until it works.
   */
  claim(db: Database, claim: { limit: number; leaseSeconds: number; ids?: readonly string[] }) {
    const { limit, leaseSeconds, ids } = claim;
    const due = and(isDue(), ids && inArray(mails.id, [...ids]));
    return db.execute<ClaimedMail>(sql`
      with circuit as materialized (select blocked_until from ${throttles} where key = ${circuit}),
      due as (
        select id from ${mails} where ${due} and not exists (select from circuit where blocked_until > now())
        order by next_attempt_at limit case when exists (select from circuit) then 1 else ${limit}::int end
        for update skip locked
      )
      update ${mails} as m
      set attempts = m.attempts + 1, next_attempt_at = now() + make_interval(secs => ${leaseSeconds}::int)
      from due where m.id = due.id
      returning m.id, m.kind, m.recipient, m.data, m.created_at, m.attempts, (
        select t.token_hash from ${oneTimeTokens} as t
        where t.user_id = m.user_id and t.purpose = m.kind and t.used_at is null and t.expires_at > now()
      ) as live_hash, exists (select from circuit) as is_probe`);
  },

  /** The number of due mails. */
  countDue(db: Database) {
    return db.select({ count: sql<number>`count(*)::int` }).from(mails).where(isDue());
  },

  markSent(db: Database, id: string) {
    return db
      .update(mails)
      .set({ sent_at: sql`now()`, last_error: null })
      .where(and(eq(mails.id, id), isNull(mails.sent_at)));
  },

  /** Removes some of the mails that were sent so many days ago. */
  purge(db: Database, days: number, limit: number) {
    const isOld = sql`sent_at <= now() - make_interval(days => ${days}::int)`;
    return db.execute<{ id: string }>(sql`
      delete from ${mails} where id in (
        select id from ${mails} where ${isOld} and ${isOlderId(days)} order by id limit ${limit}::int for update skip locked)
      returning id`);
  },

  /** Gives the provider a rest, of `retryIn` seconds or twice as long each time, from half a minute to a quarter of an hour. */
  openCircuit(db: Database, retryIn: number | undefined) {
    const wait = (rounds: SQL) =>
      sql`make_interval(secs => coalesce(${retryIn ?? null}::int, least(900, 30 * 2 ^ ${rounds})))`;
    return db.execute(sql`
      insert into ${throttles} as t (key, attempts, blocked_until) values (${circuit}, 1, now() + ${wait(sql`0`)})
      on conflict (key) do update set attempts = t.attempts + 1, last_attempt_at = now(),
        blocked_until = now() + ${wait(sql`least(t.attempts, 10)`)}
      where t.blocked_until <= now()`);
  },

  /** Ends the rest of the provider, which works. */
  closeCircuit(db: Database) {
    return db.execute(sql`delete from ${throttles} where key = ${circuit} and blocked_until <= now()`);
  },

  /** Gives claimed mails back that were not tried. */
  release(db: Database, claimed: readonly Pick<ClaimedMail, "id" | "attempts">[]) {
    const given = JSON.stringify(claimed.map(({ id, attempts }) => ({ id, attempts })));
    return db.execute(sql`
      update ${mails} as m set attempts = m.attempts - 1, next_attempt_at = now()
      from jsonb_to_recordset(${given}::jsonb) as given (id uuid, attempts int)
      where m.id = given.id and m.attempts = given.attempts and m.sent_at is null`);
  },

  /**
   * Schedules a mail's next try; without `retryInSeconds`, gives it up for good. A try in an outage does not count, and the
   * next one follows after as long as the mail is old, so that others are tried before it.
   */
  markFailed(
    db: Database,
    mail: { id: string; attempts: number },
    failure: { reason: string; retryInSeconds: number | "outage" | undefined },
  ) {
    const { reason, retryInSeconds } = failure;
    const age = sql`least(interval '1 hour', greatest(interval '1 minute', now() - ${mails.created_at}))`;
    const next =
      retryInSeconds === undefined
        ? { dead_at: sql`now()` }
        : retryInSeconds === "outage"
          ? { attempts: sql`${mails.attempts} - 1`, next_attempt_at: sql`now() + ${age}` }
          : { next_attempt_at: sql`now() + make_interval(secs => ${retryInSeconds}::int)` };
    return db
      .update(mails)
      .set({ last_error: reason, ...next })
      .where(and(eq(mails.id, mail.id), eq(mails.attempts, mail.attempts), isNull(mails.sent_at)));
  },
};

function isDue(): SQL | undefined {
  return and(isNull(mails.sent_at), isNull(mails.dead_at), lte(mails.next_attempt_at, sql`now()`));
}
