import { type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Database } from "../db/client.ts";
import { preparedCondition } from "../db/drizzle.ts";
import { neededFor, type OrganizationRole, type Permission, rolesWith } from "../permissions.ts";
import type { UsedKey } from "../security/api-keys.ts";
import type { Caller, SessionCaller } from "../security/caller.ts";

/**
 * True, or the end of the transaction (SQLSTATE PT401) unless the caller is a live, active user in a live session.
 * Stable and made of parameters only, so that a `where` evaluates it once, before any row.
 */
export function userGuard({ id, sessionId }: SessionCaller): SQL<boolean> {
  return asUser(id, sessionId);
}

/** Extends {@link userGuard}: ends the transaction with SQLSTATE PT403 unless the caller is an admin. */
export function adminGuard({ id, sessionId }: SessionCaller): SQL<boolean> {
  return asAdmin(id, sessionId);
}

/** The use of a key, for the database to decide about. `organizationId` is empty for an endpoint of users. */
type KeyUse = UsedKey & { address: string | undefined; organizationId: string; permission: Permission };

/**
 * True, or the end of the transaction unless the key is live and so is its owner (SQLSTATE PT401), which is a user or this
 * organization (PT404), and it may be used from this address (PT40N) and has this permission (PT40P). Keys are no admins:
 * {@link isAdmin} is false behind it.
 */
export function keyGuard({ id, ownerId, secretHash, address = "", organizationId, permission }: KeyUse): SQL<boolean> {
  return asKey(id, ownerId, secretHash, address, organizationId, permission);
}

const asKey = preparedCondition(
  (id: string, ownerId: string, secretHash: string, address: string, organizationId: string, permission: string) =>
    sql<boolean>`require_key(${id}::uuid, ${ownerId}::uuid, ${secretHash}, nullif(${address}, '')::inet,
      nullif(${organizationId}, '')::uuid, ${permission})`,
);
const asUser = preparedCondition(
  (id: string, sessionId: string) => sql<boolean>`require_user(${id}::uuid, ${sessionId}::uuid, false)`,
);
const asAdmin = preparedCondition(
  (id: string, sessionId: string) => sql<boolean>`require_user(${id}::uuid, ${sessionId}::uuid, true)`,
);

/**
 * Makes a condition to follow {@link userGuard}: ends the transaction unless the caller is a member of this live
 * organization (PT404) with a role or a permission (PT40P, whose detail is `named`).
 */
export function memberGuard(wanted: OrganizationRole | Permission, named: string) {
  const needed = neededFor(wanted);
  const [roles, permissions] = [arrayOf(rolesWith(needed)), arrayOf(needed)];
  return preparedCondition(
    (id: string, organizationId: string) =>
      sql<boolean>`require_member(${id}::uuid, ${organizationId}::uuid, ${roles}, ${permissions}, ${sql.raw(quoted(named))})`,
  );
}

/**
 * A statement that holds rows, and may wait for other changes of them. `run` asks the guard again behind it, in a statement
 * of its own, so that a right that those changes took away counts no longer.
 */
export type Hold = { hold: BatchItem<"pg"> };

/** Makes a {@link Hold} of a query that locks rows. */
export function holding(db: Database, query: SQL): Hold {
  return { hold: db.execute(query) };
}

/** Makes a condition to follow {@link userGuard}: PT40F unless the password was proved in the last `seconds`. */
export function freshGuard(seconds: number) {
  return preparedCondition(
    (sessionId: string) => sql<boolean>`require_fresh(${sessionId}::uuid, ${sql.raw(String(seconds))})`,
  );
}

/** Ends the transaction unless the user is a member of the organization who has all of these permissions: PT404, PT40P. */
export function requirePermissions(
  db: Database,
  { id }: Caller,
  organizationId: string,
  permissions: readonly Permission[],
) {
  const [roles, needed] = [`{${rolesWith(permissions)}}`, `{${permissions}}`];
  return db.execute(sql`select require_member(${id}::uuid, ${organizationId}::uuid, ${roles}::text[], ${needed}::text[],
    ${`the permissions ${permissions.join(", ")} in the organization`})`);
}

/** Puts {@link adminGuard} into a statement of its own, for a batch that needs it as well as its own guard. */
export function requireAdmin(db: Database, caller: SessionCaller) {
  return db.execute(sql`select ${adminGuard(caller)}`);
}

/** Ends the transaction (SQLSTATE PT403) unless the caller, whose own guard comes first, is an admin. */
export function refuseUnlessAdmin(db: Database, caller: Caller) {
  // -1 stands for no operation of a batch: the whole request is refused.
  return db.execute(sql`select refuse('PT403', -1) where not ${isAdmin(caller)}`);
}

/** True if the caller is an admin, decided by the database while the statement runs. */
export function isAdmin({ id }: Caller): SQL<boolean> {
  return sql<boolean>`is_admin(${id}::uuid)`;
}

/**
 * True if the column names the caller, or the caller is an admin. A `case`, since an `or` makes the planner weigh every
 * index of the column, for a row that is found by its id.
 */
export function namesCallerOrAdmin(column: PgColumn, caller: Caller): SQL<boolean> {
  return sql<boolean>`case when ${column} = ${caller.id}::uuid then true else ${isAdmin(caller)} end`;
}

/** A constant array, of texts from our own code. */
function arrayOf(texts: readonly string[]): SQL {
  return sql.raw(`array[${texts.map(quoted).join(", ")}]::text[]`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
