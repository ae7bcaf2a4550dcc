import { and, eq, getTableColumns, isNull, ne, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Database } from "../db/client.ts";
import { prepared } from "../db/drizzle.ts";
import { users } from "../db/schema.ts";
import type { Caller } from "../security/caller.ts";
import { type NewAuditEvent, written } from "./audit-events.ts";
import { type Hold, holding, isAdmin } from "./guards.ts";
import { keyset, newestFirst, type PageRequest } from "./keyset.ts";
import { membershipsOf, variantOf } from "./organizations.ts";
import { ownerOfSession } from "./sessions.ts";
import { containing } from "./text.ts";
import { type Changed, changing, type UserChanges } from "./user-changes.ts";
import { hasLogin, isChangeable, isOwnToRestore, isReachable, isRestorable } from "./user-conditions.ts";
import { requireVersion, type Versions } from "./versions.ts";

export type UserValues = typeof users.$inferInsert;

type PublicProfile = Pick<typeof users.$inferSelect, "id" | "username" | "full_name"> & { version: number };

/** The queries of users. */
export const Users = {
  /** Unique without case among live users: raises 23505 on `users_email_key` or `users_username_key`. */
  insert(db: Database, values: UserValues) {
    return db.insert(users).values(values).returning();
  },

  /** The live user with this id, if the caller is that user or an admin. */
  find(db: Database, id: string, caller: Caller) {
    return findQuery(db, { id, callerId: caller.id });
  },

  /** The caller's account with its memberships: see {@link membershipsOf}. */
  findWithMemberships(db: Database, { id }: Caller) {
    return findWithMembershipsQuery(db, { id });
  },

  /** The live user whose session this is, if it is live. Follows the statement that opened or used it. */
  findBySession(db: Database, sessionId: string) {
    return db
      .select()
      .from(users)
      .where(and(isNull(users.deleted_at), sql`${users.id} = (${ownerOfSession(sessionId)})`));
  },

  /**
   * The live user with this e-mail address or username, in any letter case, or else the last deleted one who may still be
   * restored. Without days of grace, only the live one.
   */
  findByLogin(db: Database, login: string, graceDays = 0) {
    return db
      .select()
      .from(users)
      .where(and(hasLogin(login), or(isNull(users.deleted_at), isOwnToRestore(graceDays))))
      .orderBy(sql`${users.deleted_at} desc nulls first`)
      .limit(1);
  },

  /** A page of live users, newest first; `q` is a part of a name, username or e-mail address. */
  list(db: Database, q: string | undefined, { after, limit }: PageRequest) {
    const { past, orderBy, sortKey } = keyset(newestFirst(users.id), users.id, after);
    return db
      .select({ ...getTableColumns(users), sort_key: sortKey })
      .from(users)
      .where(
        and(
          isNull(users.deleted_at),
          past,
          q === undefined
            ? undefined
            : or(containing(users.email, q), containing(users.username, q), containing(users.full_name, q)),
        ),
      )
      .orderBy(...orderBy)
      .limit(limit);
  },

  /**
   * Changes a user that the caller may reach. A new e-mail address, in more than letter case, is unverified and gets no
   * password link for a while. An admin can also bar or demote a deleted user.
   */
  update(db: Database, id: string, caller: Caller, changes: UserChanges) {
    return changing(db, isChangeable(id, caller, changes), changes);
  },

  /** Precedes changes of the user, or their deletion, that are meant for some versions: see {@link requireVersion}. */
  requireVersion(db: Database, id: string, caller: Caller, versions: Versions, changes: Changed = {}) {
    return requireVersion(db, users, isChangeable(id, caller, changes), versions);
  },

  /** Precedes a restoration by an admin that is meant for some versions. */
  requireDeletedVersion(db: Database, id: string, graceDays: number, versions: Versions) {
    return requireVersion(db, users, and(eq(users.id, id), isRestorable(graceDays)), versions);
  },

  /** Locks the user's row, so that nothing about it changes until the transaction ends. */
  lock(db: Database, id: string): Hold {
    return holding(db, sql`select from ${users} where id = ${id}::uuid for no key update`);
  },

  /**
   * Deletes softly: the row stays, its e-mail and username are free again. With `passwordHash` the callers delete
   * themselves while that is their password; without it an admin deletes another user.
   */
  delete(db: Database, id: string, caller: Caller, event: NewAuditEvent, passwordHash?: string) {
    const isTheirs =
      passwordHash === undefined
        ? and(ne(users.id, caller.id), isAdmin(caller))
        : and(eq(users.id, caller.id), eq(users.password_hash, passwordHash));
    return db.execute<{ id: string }>(sql`
      with gone as (
        update ${users} set deleted_at = now(), deleted_by = ${caller.id}::uuid
        where ${and(eq(users.id, id), isNull(users.deleted_at), isTheirs)} returning id
      ),
      ${written(event, sql`from gone`)}
      select id from gone`);
  },

  /**
   * Restores a deleted user within the grace, as active as before; with `passwordHash`, only one who has it and may do
   * so. Raises 23505 if the e-mail address or username was taken meanwhile.
   */
  restore(
    db: Database,
    id: string,
    { graceDays, passwordHash }: { graceDays: number; passwordHash?: string },
    event: NewAuditEvent,
  ) {
    const isTheirs =
      passwordHash === undefined
        ? isRestorable(graceDays)
        : and(isOwnToRestore(graceDays), eq(users.password_hash, passwordHash));
    return db.execute<{ id: string }>(sql`
      with back as (
        update ${users} set deleted_at = null, deleted_by = null where ${and(eq(users.id, id), isTheirs)} returning id
      ),
      ${written(event, sql`from back`)}
      select id from back`);
  },

  /**
   * Makes a live user an active admin. An account whose address was never verified may belong to anybody, and gets
   * `unverifiedHash` as its password.
   */
  promote(db: Database, id: string, unverifiedHash: string, events: Record<"role" | "active", NewAuditEvent>) {
    const changes = {
      role: { to: "admin", event: events.role },
      is_active: { to: true, event: events.active },
    } as const;
    const password_hash = sql`case when ${users.email_verified_at} is null then ${unverifiedHash} else ${users.password_hash} end`;
    return changing(db, and(eq(users.id, id), isNull(users.deleted_at)), changes, { password_hash });
  },
};

const findQuery = prepared((db, { id, callerId }: { id: string; callerId: string }) =>
  db
    .select()
    .from(users)
    .where(isReachable(id, { id: callerId })),
);

const memberships = membershipsOf(sql`${users.id}`);
const findWithMembershipsQuery = prepared((db, { id }: { id: string }) =>
  db
    .select({ ...getTableColumns(users), memberships, variant: variantOf(sql`${memberships}::text`) })
    .from(users)
    .where(isReachable(id, { id })),
);

/** A column with the public fields of a live user and their version; null for anybody else. */
export function publicProfile(userId: PgColumn): SQL<PublicProfile | null> {
  return sql<PublicProfile | null>`(
    select json_build_object('id', u.id, 'username', u.username, 'full_name', u.full_name, 'version', u.version)
    from ${users} as u where u.id = ${userId} and u.deleted_at is null)`;
}
