import { and, not, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Database } from "../db/client.ts";
import {
  apiKeys,
  auditEvents,
  fileTables,
  idempotencyKeys,
  invitations,
  mails,
  members,
  oneTimeTokens,
  organizations,
  organizationTables,
  ownedTables,
  sessions,
  users,
} from "../db/schema.ts";
import { type NewAuditEvent, written } from "./audit-events.ts";
import { hasNoRows, isShared, reachEvery, removeRowsOfOwners } from "./organization-rows.ts";

/** The queries that purge deleted users. */
export const Purge = {
  /**
   * Scrubs the personal fields of deleted users after their grace, oldest deletion first, with the invitations and mails to
   * their addresses that are in no account. Races with a restore are safe: both change the row, and a user without a
   * password hash cannot be restored.
   */
  scrub(db: Database, graceDays: number, limit: number) {
    return db.execute(sql`
      with due as (
        select id, lower(email) as address from ${users}
        where deleted_at <= now() - make_interval(days => ${graceDays}::int) and purged_at is null and password_hash <> ''
        order by deleted_at limit ${limit} for update skip locked
      ),
      left_over as (
        select address from due where not exists (
          select from ${users} as u where lower(u.email) = address and u.deleted_at is null)
      ),
      uninvited as (delete from ${invitations} as i using left_over where lower(i.email) = address),
      unmailed as (delete from ${mails} as m using left_over where m.user_id is null and lower(m.recipient) = address)
      update ${users} as u set email = '', username = '', full_name = null, password_hash = '', email_verified_at = null
      from due where u.id = due.id`);
  },

  /**
   * Scrubbed users with rows left to remove. A user with nothing but files left waits until the attachment task has removed
   * them, and one who owns an organization that others use keeps it.
   */
  listScrubbed(db: Database, limit: number, resources = ownedTables) {
    const hasFiles = or(...fileTables.map((table) => not(isGone(table, table.owner_id)))) ?? sql`false`;
    const hasRows = or(...resources.map((table) => not(isGone(table, table.owner_id)))) ?? sql`false`;
    return db.execute<{ id: string }>(sql`
      select id from ${users} as u
      where deleted_at is not null and purged_at is null and password_hash = '' and (${hasRows} or not ${hasFiles})
        and not exists (select from ${organizations} as o where o.owner_id = u.id and ${isShared(sql`o`)})
      order by deleted_at limit ${limit}`);
  },

  /** Lets this transaction scrub audit events, which their trigger refuses otherwise. */
  allow(db: Database) {
    return db.execute(sql`select set_config('plinth.purging', 'on', true)`);
  },

  /** Removes at most `limit` rows of each kind that these users have left behind. */
  removeRemains(db: Database, userIds: readonly string[], limit: number, resources = ownedTables) {
    const theirs = anyOf(userIds);
    const isRemovable = sql`not ${isShared(sql`${organizations}`)} and ${hasNoRows()}`;
    const some = (table: PgTable, id: PgColumn, owner: PgColumn) =>
      db.execute(sql`delete from ${table} where id in (select ${id} from ${table}
        where ${owner} = ${theirs} and ${table === organizations ? isRemovable : sql`true`} limit ${limit})`);
    return [
      reachEvery(db),
      ...organizationTables.map((table) => removeRowsOfOwners(db, table, theirs, limit)),
      ...resources.map((table) => some(table, table.id, table.owner_id)),
      some(sessions, sessions.id, sessions.user_id),
      some(apiKeys, apiKeys.id, apiKeys.user_id),
      some(mails, mails.id, mails.user_id),
      // An organization that is still there goes with its owner's membership, later.
      db.execute(sql`delete from ${members} as m where m.user_id = ${theirs} and not exists (
        select from ${organizations} as o where o.id = m.organization_id and o.owner_id = m.user_id)`),
      db.execute(sql`update ${invitations} set invited_by = null where invited_by = ${theirs}`),
      db.execute(sql`delete from ${oneTimeTokens} where user_id = ${theirs}`),
      db.execute(sql`delete from ${idempotencyKeys} where (user_id, key) in (
        select user_id, key from ${idempotencyKeys} where user_id = ${theirs} limit ${limit})`),
      db.execute(sql`update ${auditEvents} set network = null where id in (select id from ${auditEvents}
        where ${isTraced(userIds)} limit ${limit})`),
    ] as const;
  },

  /** Closes the purge of a user without remains, and records it. No row if something remains. */
  finish(db: Database, userId: string, event: NewAuditEvent, resources = ownedTables) {
    const nothingIsLeft = and(
      ...[...resources, ...fileTables].map((table) => isGone(table, table.owner_id)),
      isGone(sessions, sessions.user_id),
      isGone(apiKeys, apiKeys.user_id),
      isGone(mails, mails.user_id),
      isGone(members, members.user_id),
      isGone(oneTimeTokens, oneTimeTokens.user_id),
      isGone(idempotencyKeys, idempotencyKeys.user_id),
      sql`not exists (select from ${auditEvents} where ${isTraced([userId])})`,
    );
    return db.execute<{ id: string }>(sql`
      with purged as (
        update ${users} as u set purged_at = now()
        where u.id = ${userId}::uuid and u.purged_at is null and u.deleted_at is not null and u.password_hash = ''
          and ${nothingIsLeft}
        returning u.id
      ),
      ${written(event, sql`from purged`)}
      select id from purged`);
  },
};

/** True if the user `u` has no row in this table. */
function isGone(table: PgTable, owner: PgColumn): SQL {
  return sql`not exists (select from ${table} where ${owner} = u.id)`;
}

/** Events that hold the network of one of these users. */
function isTraced(userIds: readonly string[]): SQL {
  const isActor = sql`actor_id = ${anyOf(userIds)} and actor_id is distinct from user_id`;
  return sql`((user_id = ${anyOf(userIds)} or ${isActor}) and network is not null)`;
}

function anyOf(ids: readonly string[]): SQL {
  return sql`any(${`{${ids.join()}}`}::uuid[])`;
}
