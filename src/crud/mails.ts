import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { invitations, mails, oneTimeTokens, tasks, users } from "../db/schema.ts";
import type { MailKindName, Purpose } from "../values.ts";
import { isOlderId } from "./keyset.ts";

export type NewMail = {
  id: string;
  /** Null for somebody without an account. */
  userId: string | null;
  kind: MailKindName;
  recipient: string;
  data: object;
  requestId: string | undefined;
};

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

/** A mail that found no room. */
export type RefusedMail = { mail_id: string; kind: string; user_id: string | null };

/** The refused mails of this transaction, as JSON. */
const refusedMails = sql`coalesce(nullif(current_setting('plinth.refused_mails', true), ''), '[]')::jsonb`;

/** A mail that wants room. The expressions are of its row. */
type Wanting = { id: string | SQL; kind: MailKindName; userId: SQL; recipient: SQL; isVerified: SQL };

/**
 * The key of the counter of a mail: of links and mail to unverified addresses per mailbox, hidden by `pepper`, of other mail
 * per account and kind. A statement with several mails takes room for them in this order, or two could wait for each other.
 */
export function counterOf({ kind, userId, recipient, isVerified }: Omit<Wanting, "id">, pepper: string): SQL {
  const box = sql`regexp_replace(replace(split_part(lower(${recipient}), '@', 1), '.', ''), '[+].*$', '')
    || '@' || split_part(lower(${recipient}), '@', 2)`;
  const linkCounter: string | undefined = Object.entries(counterOfLink).find(([purpose]) => purpose === kind)?.[1];
  const byMailbox = sql`${`mail:${linkCounter ?? "box"}:`}
    || encode(sha256(convert_to(${pepper}::text || ${box}, 'UTF8')), 'hex')`;
  const byAccount = sql`${`mail:${kind}:`} || ${userId}::text`;
  return linkCounter ? byMailbox : sql`case when ${isVerified} then ${byAccount} else ${byMailbox} end`;
}

/**
 * Takes room for one mail, or is false and notes the mail for {@link Mails.refused}. Volatile: use it behind a fence, one
 * row per mail, and several in the order of {@link counterOf}.
 */
export function takesRoom(mail: Wanting, pepper: string): SQL {
  const { id, kind, userId } = mail;
  const refused = sql`jsonb_build_object('mail_id', ${id}::text, 'kind', ${kind}::text, 'user_id', ${userId}::text)`;
  return sql`case take_room(${counterOf(mail, pepper)}, ${mailBudget.budget}::int, ${mailBudget.forgetSeconds}::int) when 0 then true
    else set_config('plinth.refused_mails', (${refusedMails} || ${refused})::text, true) is null end`;
}

/** A mail to send. */
export type WaitingMail = {
  id: string;
  kind: string;
  recipient: string;
  data: Record<string, string>;
  /** The time of its cause. */
  created_at: string;
  /** The hash of the current token that a mail of this kind carries, if any. */
  live_hash: string | null;
};

/** The queries of mails. A trigger enqueues the task that sends a mail, wherever one is written. */
export const Mails = {
  /** Writes a mail, if there is room; with `when`, only if that holds after the preceding statements. */
  insert(db: Database, mail: NewMail, pepper: string, when: SQL = sql`true`) {
    const { id, userId, kind, recipient, data, requestId } = mail;
    const isVerified = sql`exists (select from ${users} where id = ${userId}::uuid and email_verified_at is not null
      and lower(email) = lower(${recipient}))`;
    const room = takesRoom(
      { id, kind, userId: sql`${userId}::uuid`, recipient: sql`${recipient}::text`, isVerified },
      pepper,
    );
    return db.execute<{ id: string }>(sql`
      insert into ${mails} (id, user_id, kind, recipient, data, request_id)
      select ${id}::uuid, ${userId}::uuid, ${kind}, ${recipient}, ${JSON.stringify(data)}::jsonb, ${requestId ?? null}
      from (select where ${when} offset 0) as cause where ${room}
      returning id`);
  },

  /** The mails of this transaction that found no room. */
  refused(db: Database) {
    return db.execute<RefusedMail>(sql`
      select * from jsonb_to_recordset(${refusedMails}) as refused (mail_id text, kind text, user_id text)`);
  },

  /** A mail that was not sent yet. */
  find(db: Database, id: string) {
    return db.execute<WaitingMail>(sql`
      select m.id, m.kind, m.recipient, m.data, m.created_at, coalesce((
        select t.token_hash from ${oneTimeTokens} as t
        where t.user_id = m.user_id and t.purpose = m.kind and t.used_at is null and t.expires_at > now()
      ), (
        select i.token_hash from ${invitations} as i
        where i.id = (m.data ->> 'invitation_id')::uuid and m.kind = 'invitation'
          and i.accepted_at is null and i.declined_at is null and i.revoked_at is null and i.expires_at > now()
      )) as live_hash
      from ${mails} as m where m.id = ${id}::uuid and m.sent_at is null`);
  },

  markSent(db: Database, id: string) {
    return db
      .update(mails)
      .set({ sent_at: sql`now()` })
      .where(and(eq(mails.id, id), isNull(mails.sent_at)));
  },

  /** A row if the mail was sent. */
  sent(db: Database, id: string) {
    return db.execute(sql`select from ${mails} where id = ${id}::uuid and sent_at is not null`);
  },

  /**
   * Removes some of the mails older than this many days. One that waits is given up with its task, as nobody wants it so
   * late. One that is being sent, or whose task is dead, stays as long as its task.
   */
  purge(db: Database, days: number, limit: number) {
    const isOld = sql`${isOlderId(days)} and created_at <= now() - make_interval(days => ${days}::int)`;
    const hasTask = sql`exists (select from ${tasks} as t where t.id = m.id and t.state in ('waiting', 'running', 'dead'))`;
    // Locks a task before its mail, as sending does.
    return db.execute<{ id: string }>(sql`
      with waiting as (
        select id from ${tasks} where state = 'waiting' and id in (select id from ${mails} where ${isOld})
        order by id limit ${limit}::int for update skip locked
      ),
      given_up as (
        update ${tasks} set state = 'cancelled', finished_at = now() where id in (select id from waiting) returning id
      ),
      old as (
        select id from ${mails} as m where ${isOld} and (id in (select id from given_up) or not ${hasTask})
        order by id limit ${limit}::int for update skip locked
      )
      delete from ${mails} where id in (select id from old) returning id`);
  },
};
