import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { users } from "../db/schema.ts";

/** Who is calling, and in which of their sessions. */
export type Caller = { id: string; sessionId: string };

/**
 * A statement that ends its transaction unless the caller is a live, active user in a live session: SQLSTATE PT401.
 * In a batch before others it lets nothing of them commit.
 */
export function requireUser(db: Database, { id, sessionId }: Caller) {
  return db.execute(sql`select require_user(${id}::uuid, ${sessionId}::uuid, false)`);
}

/** As {@link requireUser}, and unless the caller is an admin: SQLSTATE PT403. */
export function requireAdmin(db: Database, { id, sessionId }: Caller) {
  return db.execute(sql`select require_user(${id}::uuid, ${sessionId}::uuid, true)`);
}

/** True where the caller is an admin, decided by the database while the statement runs. */
export function isAdmin(callerId: string): SQL<boolean> {
  return sql<boolean>`exists (select 1 from ${users} as caller
    where caller.id = ${callerId}::uuid and caller.role = 'admin' and caller.is_active and caller.deleted_at is null)`;
}
