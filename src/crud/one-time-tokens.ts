import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { mails, oneTimeTokens, users } from "../db/schema.ts";
import type { Purpose } from "../values.ts";
import { type NewAuditEvent, written } from "./audit-events.ts";
import { takesRoom } from "./mails.ts";

export type NewToken = {
  purpose: Purpose;
  tokenHash: string;
  /** The recipient, if it is not the account's own address. */
  mailbox?: string;
  lifetimeSeconds: number;
  /** The age below which a token is not replaced, so that nobody floods a mailbox. */
  cooldownSeconds: number;
  mailsPerHour: number;
  /** The mail that carries it, if its mailbox has room; absent if an operator hands it over. */
  mail?: { id: string; seed: string; pepper: string };
};

/**
 * The live, active account with this id, optionally while it has this password, or with this address; optionally while
 * the address is unverified, or `where` holds.
 */
export type Account = ({ id: string; passwordHash?: string } | { email: string }) & { unverified?: true; where?: SQL };

/** The queries of the tokens of mailed links. */
export const OneTimeTokens = {
  /**
   * Issues a token in place of the last one, puts its mail into the outbox and records the event, if the account exists.
   * Locks the account against a change of password meanwhile. The answer does not tell if the mailbox had room.
   */
  issue(db: Database, account: Account, token: NewToken, event: NewAuditEvent) {
    const { purpose, tokenHash, mailbox, lifetimeSeconds, cooldownSeconds, mailsPerHour, mail } = token;
    const isDue = sql`(t.used_at is not null or lower(t.email) <> lower(mailbox)
      or t.created_at <= now() - make_interval(secs => ${cooldownSeconds}::int))`;
    const due = { kind: purpose, userId: sql`id`, recipient: sql`mailbox`, isVerified: sql`false` };
    return db.execute<{ user_id: string }>(sql`
      with account as (
        select id, username, coalesce(${mailbox ?? null}, email) as mailbox from ${users}
        where ${isAccount(account, purpose)} and is_active and deleted_at is null for no key update
      ),
      due as (
        select a.* from account as a left join ${oneTimeTokens} as t on t.user_id = a.id and t.purpose = ${purpose}
        where (t.user_id is null or ${isDue}) and ${mailsPerHour}::int > (select count(*) from ${mails} as m
          where m.user_id = a.id and m.kind = ${purpose} and m.created_at > now() - interval '1 hour')
      ),
      room as materialized (select ${mail ? takesRoom({ id: mail.id, ...due }, mail.pepper) : sql`true`} as is_there from due),
      token as (
        insert into ${oneTimeTokens} as t (user_id, purpose, token_hash, email, expires_at)
        select id, ${purpose}, ${tokenHash}, mailbox, now() + make_interval(secs => ${lifetimeSeconds}::int) from due
        where (select is_there from room)
        on conflict (user_id, purpose) do update set token_hash = excluded.token_hash, email = excluded.email,
          created_at = now(), expires_at = excluded.expires_at, used_at = null
        where t.used_at is not null or lower(t.email) <> lower(excluded.email)
          or t.created_at <= now() - make_interval(secs => ${cooldownSeconds}::int)
        returning user_id
      ),
      mail as (
        insert into ${mails} (id, user_id, kind, recipient, data, request_id)
        select ${mail?.id ?? null}::uuid, id, ${purpose}, mailbox,
          jsonb_build_object('name', username, 'seed', ${mail?.seed ?? null}::text), ${event.request_id ?? null}
        from account join token on token.user_id = account.id
        where ${mail !== undefined}
      ),
      ${written(event, sql`from token`, { userId: sql`user_id` })}
      select user_id from token union all select id from due where not (select is_there from room)`);
  },

  /** The account of a valid token. This only looks: the statement that uses the token decides. */
  find(db: Database, tokenHash: string, purpose: Purpose) {
    return db.execute<{ user_id: string; email: string; username: string }>(sql`
      select u.id as user_id, u.email, u.username from ${oneTimeTokens} as t join ${users} as u on u.id = t.user_id
      where t.token_hash = ${tokenHash} and t.purpose = ${purpose} and t.used_at is null and t.expires_at > now()
        and u.is_active and u.deleted_at is null`);
  },

  /** Uses a token to verify the address that it was mailed to. Answers its account, or no row for an invalid token. */
  useToVerify(db: Database, tokenHash: string, event: NewAuditEvent) {
    return db.execute<{ id: string }>(sql`
      with ${used(tokenHash, "verify_email")}, verified as (
        update ${users} as u set email_verified_at = coalesce(u.email_verified_at, now()) from used
        where u.id = used.user_id returning u.id
      ), ${written(event, sql`from verified`, { userId: sql`id` })}
      select id from verified`);
  },

  /** The account whose address this token has verified, while it would be valid: following its link again is no error. */
  findVerified(db: Database, tokenHash: string, purpose: "verify_email" | "change_email") {
    return db.execute<{ id: string }>(sql`
      select u.id from ${oneTimeTokens} as t join ${users} as u on u.id = t.user_id
      where t.token_hash = ${tokenHash} and t.purpose = ${purpose} and t.used_at = u.email_verified_at
        and lower(t.email) = lower(u.email) and t.expires_at > now() and u.is_active and u.deleted_at is null`);
  },

  /** Uses a token to give the account the address that it was mailed to. Raises 23505 if that was taken meanwhile. */
  useToChangeEmail(db: Database, tokenHash: string, event: NewAuditEvent) {
    return db.execute<{ id: string }>(sql`
      with ${used(tokenHash, "change_email")}, changed as (
        update ${users} as u set email = used.email, email_verified_at = now(), reset_held_until = null from used
        where u.id = used.user_id returning u.id
      ), ${written(event, sql`from changed`, { userId: sql`id`, owner: sql`owner` })}
      select id from changed`);
  },

  /** Uses a token to set a password and to verify the address that it was mailed to. */
  useToResetPassword(db: Database, tokenHash: string, passwordHash: string) {
    return db.execute<{ id: string }>(sql`
      with ${used(tokenHash, "reset_password")}
      update ${users} as u set password_hash = ${passwordHash},
        email_verified_at = coalesce(u.email_verified_at, now())
      from used where u.id = used.user_id
      returning u.id`);
  },

  /** Revokes a user's tokens. `when` is checked after the preceding statements. */
  delete(db: Database, userId: string, purposes: readonly Purpose[], when?: SQL) {
    return db
      .delete(oneTimeTokens)
      .where(and(eq(oneTimeTokens.user_id, userId), inArray(oneTimeTokens.purpose, [...purposes]), when));
  },
};

const sameMailbox = sql`lower(t.email) = lower(u.email)`;
const isForMailbox: Record<Purpose, SQL> = {
  verify_email: sameMailbox,
  reset_password: sameMailbox,
  change_email: sql`true`,
};

/**
 * Uses a token up, once even in a race, as `used`. Locks its user first, like every other change of an account. Unless
 * it changes the address, it is valid only for the account's current one.
 */
function used(tokenHash: string, purpose: Purpose): SQL {
  return sql`owner as (
      select u.id, u.email, u.username, u.email_verified_at from ${users} as u join ${oneTimeTokens} as t on t.user_id = u.id
      where t.token_hash = ${tokenHash} and t.purpose = ${purpose} and ${isForMailbox[purpose]}
        and u.is_active and u.deleted_at is null
      for no key update of u
    ),
    used as (
      update ${oneTimeTokens} as t set used_at = now() from owner
      where t.user_id = owner.id and t.token_hash = ${tokenHash} and t.purpose = ${purpose}
        and t.used_at is null and t.expires_at > now()
      returning t.user_id, t.email
    )`;
}

/** Excludes an address that an admin has just set from links to set a password. */
function isAccount(account: Account, purpose: Purpose): SQL | undefined {
  const isHeld = sql`${users.reset_held_until} > now()`;
  return and(
    "id" in account ? eq(users.id, account.id) : sql`lower(${users.email}) = lower(${account.email})`,
    "id" in account && account.passwordHash !== undefined ? eq(users.password_hash, account.passwordHash) : undefined,
    account.unverified && isNull(users.email_verified_at),
    account.where,
    "email" in account && purpose === "reset_password" ? sql`${isHeld} is not true` : undefined,
  );
}
