import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { preparedCondition } from "../db/drizzle.ts";
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

/** Puts {@link adminGuard} into a statement of its own, for a batch that needs it as well as its own guard. */
export function requireAdmin(db: Database, caller: SessionCaller) {
  return db.execute(sql`select ${adminGuard(caller)}`);
}

/** True if the caller is an admin, decided by the database while the statement runs. */
export function isAdmin({ id }: Caller): SQL<boolean> {
  return sql<boolean>`is_admin(${id}::uuid)`;
}
