import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { auditEvents } from "../db/schema.ts";

export type AuditEvent = typeof auditEvents.$inferInsert;

/** Writes an event down; with `happened`, only where that holds once the statements before it have run. */
export function insertAuditEvent(db: Database, event: AuditEvent, happened: SQL = sql`true`) {
  const { id, kind, user_id, actor_id, request_id, network, details } = event;
  return db.execute(sql`
    insert into ${auditEvents} (id, kind, user_id, actor_id, request_id, network, details)
    select ${id}::uuid, ${kind}, ${user_id}::uuid, ${actor_id}::uuid, ${request_id}, ${network},
      ${JSON.stringify(details ?? {})}::jsonb
    where ${happened}`);
}
