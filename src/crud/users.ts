import { and, eq, getTableColumns, isNull, ne, not, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Database } from "../db/client.ts";
import { prepared } from "../db/drizzle.ts";
import { users } from "../db/schema.ts";
import type { Role } from "../values.ts";
import { type AuditEvent, telling, written } from "./audit-events.ts";
import { isAdmin } from "./guards.ts";
import { keyset, newestFirst, type PageRequest } from "./keyset.ts";
import { containing } from "./text.ts";
import { requireVersion, type Versions } from "./versions.ts";

export type UserValues = typeof users.$inferInsert;

/** A new value for a sensitive field, and the event to record if it really differs; null if it cannot. */
type Told<Value> = { to: Value; event: AuditEvent | null };
export type UserChanges = {
  full_name?: string | null | undefined;
  username?: Told<string> | undefined;
  email?: (Told<string> & { resetHeldUntil: string }) | undefined;
  role?: Told<Role> | undefined;
  is_active?: Told<boolean> | undefined;
};

/** The fields that are being changed. */
type Changed = { [Field in keyof UserChanges]: unknown };

export type PublicProfile = Pick<typeof users.$inferSelect, "id" | "username" | "full_name" | "version">;

/** Unique without case among live users: raises 23505 on `users_email_key` or `users_username_key`. */
export function insertUser(db: Database, values: UserValues) {
  return db.insert(users).values(values).returning();
}

/** A column with the public fields of a live user and their version; null for anybody else. */
export function publicProfile(userId: PgColumn): SQL<PublicProfile | null> {
  return sql<PublicProfile | null>`(
    select json_build_object('id', u.id, 'username', u.username, 'full_name', u.full_name, 'version', u.version)
    from ${users} as u where u.id = ${userId} and u.deleted_at is null)`;
}

/** The live user with this id, if the caller is that user or an admin. */
export const findUser = prepared((db, id: string, callerId: string) =>
  db.select().from(users).where(reachable(id, callerId)),
);

/**
 * The live user with this e-mail address or username, in any letter case, or else the last deleted one who may still be
 * restored. Without days of grace, only the live one.
 */
export function findUserByLogin(db: Database, login: string, graceDays = 0) {
  return db
    .select()
    .from(users)
    .where(and(hasLogin(login), or(isNull(users.deleted_at), isOwnToRestore(graceDays))))
    .orderBy(sql`${users.deleted_at} desc nulls first`)
    .limit(1);
}

/**
 * Matches an e-mail address or username. Folds case in Postgres only: it folds some letters, such as a Turkish İ,
 * unlike JavaScript, and a second spelling would give an account a second budget of guesses.
 */
export function hasLogin(login: string): SQL {
  return sql`lower(${login.includes("@") ? users.email : users.username}) = ${login.toLowerCase()}`;
}

/** A page of live users, newest first; `q` searches name, username and e-mail without an index, for admins only. */
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

/**
 * Changes a user that the caller may reach; `happened` are the kinds of the events recorded. A new e-mail address, in
 * more than letter case, is unverified and gets no password link for a while. An admin can also bar or demote a deleted
 * user.
 */
export function updateUser(db: Database, id: string, callerId: string, changes: UserChanges) {
  return change(db, changeable(id, callerId, changes), changes);
}

function change(db: Database, which: SQL | undefined, changes: UserChanges, more: { password_hash?: SQL } = {}) {
  const { full_name, username, email, role, is_active } = changes;
  const told = [
    username && { ...username, name: "username_", differs: sql`lower(username) <> lower(${username.to})` },
    email && { ...email, name: "email_", differs: sql`lower(email) <> lower(${email.to})` },
    role && { ...role, name: "role_", differs: sql`role <> ${role.to}` },
    is_active && { ...is_active, name: "active_", differs: sql`is_active <> ${is_active.to}` },
  ].flatMap((change) => (change?.event ? [{ ...change, event: change.event }] : []));
  const sameMailbox = email && sql`lower(${users.email}) = lower(${email.to})`;
  const values = {
    ...more,
    full_name,
    username: username?.to,
    role: role?.to,
    is_active: is_active?.to,
    ...(email && {
      email: email.to,
      email_verified_at: sql`case when ${sameMailbox} then ${users.email_verified_at} end`,
      reset_held_until: sql`case when ${sameMailbox} then ${users.reset_held_until} else ${email.resetHeldUntil}::timestamptz end`,
    }),
  };
  const columns = getTableColumns(users);
  if (told.length === 0)
    return db
      .update(users)
      .set(values)
      .where(which)
      .returning({ ...columns, happened: sql<null>`null` });
  const before = db.$with("before", { id: users.id }).as(sql`select * from ${users} where ${which} for no key update`);
  const parts = told.flatMap(({ event, name, differs }) =>
    telling(event, sql`from before where ${differs}`, { name, owner: sql`before` }),
  );
  const kinds = told.map(({ name }) => sql`select kind from ${sql.identifier(`${name}event`)}`);
  const happened = sql<string[] | null>`(select json_agg(kind) from (${sql.join(kinds, sql` union all `)}) as told)`;
  return db
    .with(before, ...parts.map(({ name, query }) => db.$with(name, {}).as(query)))
    .update(users)
    .set(values)
    .from(before)
    .where(eq(users.id, before.id))
    .returning({ ...columns, happened });
}

/**
 * The row that these changes may reach. Requires the caller's own row to be an admin's still, which also holds after a
 * wait for its lock. Never matches a change of the caller's own address.
 */
function changeable(id: string, callerId: string, { full_name, username, email, role, is_active }: Changed) {
  const byAuthority = email !== undefined || role !== undefined || is_active !== undefined;
  if (!byAuthority) return reachable(id, callerId);
  const isOwn = eq(users.id, callerId);
  const whose = or(
    and(isOwn, eq(users.role, "admin"), users.is_active, email === undefined ? undefined : sql`false`),
    and(not(isOwn), isAdmin(callerId)),
  );
  const isBarring = full_name === undefined && username === undefined && email === undefined;
  return and(eq(users.id, id), whose, or(isNull(users.deleted_at), isBarring ? isKept : undefined));
}

/** True until the purge has begun to take a deleted user apart. */
const isKept = sql`(${users.purged_at} is null and ${users.password_hash} <> '')`;

/** Precedes changes of the user, or their deletion, that are meant for some versions: see {@link requireVersion}. */
export function requireUserVersion(
  db: Database,
  id: string,
  callerId: string,
  versions: Versions,
  changes: Changed = {},
) {
  return requireVersion(db, users, changeable(id, callerId, changes), versions);
}

/** Locks the user's row, so that nothing about it changes until the transaction ends. */
export function lockUser(db: Database, id: string) {
  return db.execute(sql`select from ${users} where id = ${id}::uuid for no key update`);
}

/** True if the user is not active. */
export function isInactive(id: string): SQL {
  return sql`exists (select from ${users} where id = ${id}::uuid and not is_active)`;
}

/** True in the transaction that deleted the user. */
export function wasJustDeleted(id: string): SQL {
  return sql`exists (select from ${users} where id = ${id}::uuid and deleted_at = now()::timestamptz(3))`;
}

/**
 * Deletes softly: the row stays, its e-mail and username are free again. With `passwordHash` the callers delete
 * themselves while that is their password; without it an admin deletes another user.
 */
export function deleteUser(db: Database, id: string, callerId: string, event: AuditEvent, passwordHash?: string) {
  const isTheirs =
    passwordHash === undefined
      ? and(ne(users.id, callerId), isAdmin(callerId))
      : and(eq(users.id, callerId), eq(users.password_hash, passwordHash));
  return db.execute<{ id: string }>(sql`
    with gone as (
      update ${users} set deleted_at = now(), deleted_by = ${callerId}::uuid
      where ${and(eq(users.id, id), isNull(users.deleted_at), isTheirs)} returning id
    ),
    ${written(event, sql`from gone`)}
    select id from gone`);
}

/** True during the grace of a deleted user who was not scrubbed yet. */
function isRestorable(graceDays: number): SQL {
  return sql`(${users.deleted_at} > now() - make_interval(days => ${graceDays}::int) and ${isKept})`;
}

/** True if the user may also restore the account without help: never after an admin deleted or deactivated it. */
function isOwnToRestore(graceDays: number): SQL {
  return sql`(${isRestorable(graceDays)} and ${users.deleted_by} = ${users.id} and ${users.is_active})`;
}

/**
 * Restores a deleted user within the grace, as active as before; with `passwordHash`, only one who has it and may do
 * so. Raises 23505 if the e-mail address or username was taken meanwhile.
 */
export function restoreUser(
  db: Database,
  id: string,
  { graceDays, passwordHash }: { graceDays: number; passwordHash?: string },
  event: AuditEvent,
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
}

/** True if nobody has proved yet to own the account's mailbox. */
export function isUnverified(id: string): SQL {
  return sql`exists (select from ${users} where id = ${id}::uuid and email_verified_at is null)`;
}

/**
 * Makes a live user an active admin. An account whose address was never verified may belong to anybody, and gets
 * `unverifiedHash` as its password.
 */
export function promoteUser(
  db: Database,
  id: string,
  unverifiedHash: string,
  events: Record<"role" | "active", AuditEvent>,
) {
  const changes = { role: { to: "admin", event: events.role }, is_active: { to: true, event: events.active } } as const;
  const password_hash = sql`case when ${users.email_verified_at} is null then ${unverifiedHash} else ${users.password_hash} end`;
  return change(db, and(eq(users.id, id), isNull(users.deleted_at)), changes, { password_hash });
}

/** The kinds of stored hashes, each the text before a salt. Skips through the index, one look for each kind. */
export function listHashKinds(db: Database) {
  const kind = sql`substring(password_hash from '^[$][^$]*[$][^$]*')`;
  return db.execute<{ kind: string }>(sql`
    with recursive kinds as (
      (select ${kind} as kind from ${users} order by 1 limit 1)
      union all
      select (select ${kind} from ${users} where ${kind} > kinds.kind order by 1 limit 1) from kinds
      where kinds.kind is not null
    )
    select kind from kinds where kind is not null`);
}

/**
 * Compares and sets, so that an upgrade never overwrites a new password. Only for a live user, even after a wait for a
 * deletion.
 */
export function replacePasswordHash(db: Database, id: string, oldHash: string, newHash: string) {
  return db
    .update(users)
    .set({ password_hash: newHash })
    .where(and(eq(users.id, id), eq(users.password_hash, oldHash), isNull(users.deleted_at)))
    .returning({ id: users.id });
}

/** True if the user's password has exactly this hash. */
export function hasPasswordHash(id: string, hash: string): SQL {
  return sql`exists (select from ${users} where id = ${id}::uuid and password_hash = ${hash})`;
}

function reachable(id: string, callerId: string): SQL | undefined {
  return and(eq(users.id, id), isNull(users.deleted_at), or(eq(users.id, callerId), isAdmin(callerId)));
}
