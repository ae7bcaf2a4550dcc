import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { preparedCondition } from "../db/drizzle.ts";
import { neededFor, type OrganizationRole, type Permission, rolesWith } from "../permissions.ts";
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

const asUser = preparedCondition(
  (id: string, sessionId: string) => sql<boolean>`require_user(${id}::uuid, ${sessionId}::uuid, false)`,
);
const asAdmin = preparedCondition(
  (id: string, sessionId: string) => sql<boolean>`require_user(${id}::uuid, ${sessionId}::uuid, true)`,
);

/**
 * Makes a condition to follow {@link userGuard}: ends the transaction unless the caller is a member of this live
 * organisation (PT404) with a role or a permission (PT40P, whose detail is `named`).
 */
export function memberGuard(wanted: OrganizationRole | Permission, named: string) {
  const needed = neededFor(wanted);
  const [roles, permissions] = [arrayOf(rolesWith(needed)), arrayOf(needed)];
  return preparedCondition(
    (id: string, organizationId: string) =>
      sql<boolean>`require_member(${id}::uuid, ${organizationId}::uuid, ${roles}, ${permissions}, ${sql.raw(quoted(named))})`,
  );
}

/** Makes a condition to follow {@link userGuard}: PT40F unless the password was proved in the last `seconds`. */
export function freshGuard(seconds: number) {
  return preparedCondition(
    (sessionId: string) => sql<boolean>`require_fresh(${sessionId}::uuid, ${sql.raw(String(seconds))})`,
  );
}

/** A constant array, of texts from our own code. */
function arrayOf(texts: readonly string[]): SQL {
  return sql.raw(`array[${texts.map(quoted).join(", ")}]::text[]`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Puts {@link adminGuard} into a statement of its own, for a batch that needs it as well as its own guard. */
export function requireAdmin(db: Database, caller: SessionCaller) {
  return db.execute(sql`select ${adminGuard(caller)}`);
}

/** True if the caller is an admin, decided by the database while the statement runs. */
export function isAdmin({ id }: Caller): SQL<boolean> {
  return sql<boolean>`is_admin(${id}::uuid)`;
}
