import { and, eq, getTableColumns, isNull, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Database } from "../db/client.ts";
import { prepared } from "../db/drizzle.ts";
import { users } from "../db/schema.ts";
import { type AuditEvent, eventInsert } from "./audit-events.ts";
import { isAdmin } from "./guards.ts";
import { keyset, newestFirst, type PageRequest } from "./keyset.ts";
import { containing } from "./text.ts";

export type UserValues = typeof users.$inferInsert;
export type UserChanges = {
  [K in "email" | "username" | "full_name" | "role" | "is_active"]?: UserValues[K] | undefined;
};

export type PublicProfile = Pick<typeof users.$inferSelect, "id" | "username" | "full_name" | "version">;

/** Unique without case among live users: raises 23505 on `users_email_key` or `users_username_key`. */
export function insertUser(db: Database, values: UserValues) {
  return db.insert(users).values(values).returning();
}

/** A column with what anybody may know of a live user, and the version of that: null where there is none. */
export function publicProfile(userId: PgColumn): SQL<PublicProfile | null> {
  return sql<PublicProfile | null>`(
    select json_build_object('id', u.id, 'username', u.username, 'full_name', u.full_name, 'version', u.version)
    from ${users} as u where u.id = ${userId} and u.deleted_at is null)`;
}

/** The live user with this id, where the caller is that user or an admin. */
export const findUser = prepared((db, id: string, callerId: string) =>
  db.select().from(users).where(reachable(id, callerId)),
);

/**
 * The user who signs in with this e-mail address or username, in any letter case: the live one, or else the one deleted
 * last whose grace is not over. Without days of grace, only the live one.
 */
export function findUserByLogin(db: Database, login: string, graceDays = 0) {
  return db
    .select()
    .from(users)
    .where(and(hasLogin(login), or(isNull(users.deleted_at), isRestorable(graceDays))))
    .orderBy(sql`${users.deleted_at} desc nulls first`)
    .limit(1);
}

/**
 * Whose e-mail address or username this is. Its case is folded here, once: Postgres folds some letters, such as a
 * Turkish İ, into others than JavaScript does, and one account must not have several spellings to be guessed at by.
 */
export function hasLogin(login: string): SQL {
  return sql`lower(${login.includes("@") ? users.email : users.username}) = ${login.toLowerCase()}`;
}

/** A page of live users, newest first; `q` looks into name, username and e-mail, without an index: for admins only. */
export function listUsers(db: Database, q: string | undefined, { after, limit }: PageRequest) {
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
}

/** Another e-mail address is unverified; a mere change of letter case leaves it as it was. */
export function updateUser(db: Database, id: string, callerId: string, changes: UserChanges) {
  const { email } = changes;
  const email_verified_at = sql`case when lower(${users.email}) = lower(${email}) then ${users.email_verified_at} end`;
  return db
    .update(users)
    .set({ ...changes, ...(email !== undefined && { email_verified_at }) })
    .where(reachable(id, callerId))
    .returning();
}

/**
 * Ends the transaction (SQLSTATE PT412) where the user is there, but in none of these versions. Locks the user's row, so
 * that the version holds for the statements that follow.
 */
export function requireUserVersion(db: Database, id: string, callerId: string, versions: number[]) {
  return db.execute(sql`
    with held as materialized (select version from ${users} where ${reachable(id, callerId)} for no key update)
    select require_version(version, ${`{${versions}}`}::int[]) from held`);
}

/**
 * True where the next statement is to give a live user another value, which is not so where `value` is undefined. Locks
 * the user's row, so that nobody changes it in between.
 */
export function willChange(
  id: string,
  field: "email" | "role" | "is_active",
  value: string | boolean | undefined,
): SQL {
  if (value === undefined) return sql`false`;
  return sql`exists (select from ${users}
    where ${and(eq(users.id, id), isNull(users.deleted_at), sql`${users[field]} <> ${value}`)} for no key update)`;
}

/** True in the transaction that deleted the user. */
export function wasJustDeleted(id: string): SQL {
  return sql`exists (select from ${users} where id = ${id}::uuid and deleted_at = now()::timestamptz(3))`;
}

/** Soft: the row stays, its e-mail and username are free again. */
export function deleteUser(db: Database, id: string, callerId: string, event: AuditEvent) {
  return db.execute<{ id: string }>(sql`
    with gone as (
      update ${users} set deleted_at = now() where ${reachable(id, callerId)} returning id
    ),
    event as (${eventInsert(event, sql`from gone`)})
    select id from gone`);
}

/** Where the grace of a deleted user is not over, and nothing of them was scrubbed yet. */
export function isRestorable(graceDays: number): SQL {
  return sql`(${users.deleted_at} > now() - make_interval(days => ${graceDays}::int)
    and ${users.purged_at} is null and ${users.password_hash} <> '')`;
}

/**
 * Brings a deleted user back within the grace; with `passwordHash`, only one who still has it. Raises 23505 where the
 * e-mail address or the username was taken meanwhile.
 */
export function restoreUser(
  db: Database,
  id: string,
  condition: { graceDays: number; passwordHash?: string },
  event: AuditEvent,
) {
  const { graceDays, passwordHash } = condition;
  const chosen = and(
    eq(users.id, id),
    isRestorable(graceDays),
    passwordHash === undefined ? undefined : eq(users.password_hash, passwordHash),
  );
  return db.execute<{ id: string }>(sql`
    with back as (update ${users} set deleted_at = null where ${chosen} returning id),
    event as (${eventInsert(event, sql`from back`)})
    select id from back`);
}

/** True where nobody has proved yet that the account's mailbox is theirs. */
export function isUnverified(id: string): SQL {
  return sql`exists (select from ${users} where id = ${id}::uuid and email_verified_at is null)`;
}

/**
 * Makes an admin of a live user, active too. Whoever opened an account whose address was never verified may be anybody:
 * that account gets `unverifiedHash` for its password.
 */
export function promoteUser(db: Database, id: string, unverifiedHash: string) {
  const password_hash = sql`case when ${users.email_verified_at} is null then ${unverifiedHash} else ${users.password_hash} end`;
  return db
    .update(users)
    .set({ role: "admin", is_active: true, password_hash })
    .where(and(eq(users.id, id), isNull(users.deleted_at)))
    .returning();
}

/** Compare-and-set, so that an upgrade never overwrites a password that changed meanwhile. */
export function replacePasswordHash(db: Database, id: string, oldHash: string, newHash: string) {
  return db
    .update(users)
    .set({ password_hash: newHash })
    .where(and(eq(users.id, id), eq(users.password_hash, oldHash)))
    .returning({ id: users.id });
}

/** True where the user has the password of exactly this hash. */
export function hasPasswordHash(id: string, hash: string): SQL {
  return sql`exists (select from ${users} where id = ${id}::uuid and password_hash = ${hash})`;
}

function reachable(id: string, callerId: string): SQL | undefined {
  return and(eq(users.id, id), isNull(users.deleted_at), or(eq(users.id, callerId), isAdmin(callerId)));
}
