import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { users } from "../db/schema.ts";

/** The user who is calling, and the session of the call. */
export type Caller = { id: string; sessionId: string };

/**
 * True, or the end of the transaction unless the caller is a live, active user in a live session: SQLSTATE PT401. Stable and of
 * parameters alone, so that PostgreSQL evaluates it once in a `where`, before any row.
 */
export function userGuard({ id, sessionId }: Caller): SQL<boolean> {
  return sql<boolean>`require_user(${id}::uuid, ${sessionId}::uuid, false)`;
}

/** As {@link userGuard}, and unless the caller is an admin: SQLSTATE PT403. */
export function adminGuard({ id, sessionId }: Caller): SQL<boolean> {
  return sql<boolean>`require_user(${id}::uuid, ${sessionId}::uuid, true)`;
}

/** {@link adminGuard} as a statement, for a batch that needs it beside its own guard. */
export function requireAdmin(db: Database, caller: Caller) {
  return db.execute(sql`select ${adminGuard(caller)}`);
}

/** True if the caller is an admin, decided by the database while the statement runs. */
export function isAdmin(callerId: string): SQL<boolean> {
  return sql<boolean>`exists (select 1 from ${users} as caller
    where caller.id = ${callerId}::uuid and caller.role = 'admin' and caller.is_active and caller.deleted_at is null)`;
}
