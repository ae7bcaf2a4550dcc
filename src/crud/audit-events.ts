import { and, eq, getTableColumns, gte, lt, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { auditEvents } from "../db/schema.ts";
import { keyset, newestFirst, type PageRequest } from "./keyset.ts";

export type AuditEvent = typeof auditEvents.$inferInsert;

/** Which events: of whom, of which kind, from `since` on and before `until`. */
export type AuditEventFilter = {
  userId?: string | undefined;
  kind?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
};

/** Writes an event down; with `happened`, only where that holds once the statements before it have run. */
export function insertAuditEvent(db: Database, event: AuditEvent, happened: SQL = sql`true`) {
  return db.execute<{ id: string }>(sql`${eventInsert(event, sql`where ${happened}`)} returning id`);
}

/** The same inside the statement that is its cause: an event for each row of `source`, which may also say whose it is. */
export function eventInsert(event: AuditEvent, source: SQL, userId: SQL = sql`${event.user_id ?? null}::uuid`): SQL {
  const { id, kind, actor_id, request_id, network, details } = event;
  return sql`
    insert into ${auditEvents} (id, kind, user_id, actor_id, request_id, network, details)
    select ${id}::uuid, ${kind}, ${userId}, ${actor_id ?? null}::uuid, ${request_id ?? null}, ${network ?? null},
      ${JSON.stringify(details ?? {})}::jsonb
    ${source}`;
}

/** A page of events, newest first. */
export function listAuditEvents(
  db: Database,
  { userId, kind, since, until }: AuditEventFilter,
  { after, limit }: PageRequest,
) {
  const { past, orderBy, sortKey } = keyset(newestFirst(auditEvents.id), auditEvents.id, after);
  return db
    .select({ ...getTableColumns(auditEvents), sort_key: sortKey })
    .from(auditEvents)
    .where(
      and(
        userId === undefined ? undefined : eq(auditEvents.user_id, userId),
        kind === undefined ? undefined : eq(auditEvents.kind, kind),
        since === undefined ? undefined : and(gte(auditEvents.created_at, since), gte(auditEvents.id, idAt(since, -1))),
        until === undefined ? undefined : and(lt(auditEvents.created_at, until), lt(auditEvents.id, idAt(until, 1))),
        past,
      ),
    )
    .orderBy(...orderBy)
    .limit(limit);
}

/**
 * Where the ids of a time begin: UUIDv7 starts with Unix milliseconds. By it an index finds the time at once; the
 * minutes allow for a Worker's clock that differs from the database's.
 */
function idAt(time: string, minutes: number): string {
  const milliseconds = Math.max(0, Date.parse(time) + minutes * 60_000);
  return `${milliseconds.toString(16).padStart(12, "0")}${"0".repeat(20)}`.replace(
    /^(.{8})(.{4})(.{4})(.{4})(.{12})$/,
    "$1-$2-$3-$4-$5",
  );
}
