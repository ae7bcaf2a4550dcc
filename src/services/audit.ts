import { v7 as uuidv7 } from "uuid";
import type { Variables } from "../context/types.ts";
import { type AuditEvent, insertAuditEvent } from "../crud/audit-events.ts";
import type { Caller } from "../crud/guards.ts";
import type { AuditKind } from "../schemas/audit-events.ts";

export type AuditContext = Pick<Variables, "db" | "requestId" | "client" | "events"> & { user?: Caller };

/** What an event's row holds: who, what, when, and in which request. `userId` is null where no account is known. */
export function auditEvent(
  { requestId, client, user }: AuditContext,
  kind: AuditKind,
  userId: string | null,
  details: Record<string, string> = {},
): AuditEvent {
  return {
    id: uuidv7(),
    kind,
    user_id: userId,
    actor_id: user?.id ?? null,
    request_id: requestId,
    network: client.network,
    details,
  };
}

/** What is written down although the request is refused. */
const refusals: readonly AuditKind[] = ["sign_in.failed", "sign_in.throttled", "session.replayed"];

/** Those of a request's events that came true: a refused one rolled the others back, or never did them. */
export function eventsThatHappened(events: AuditContext["events"], status: number): AuditContext["events"] {
  return status < 400 ? events : events.filter(({ kind }) => refusals.some((refusal) => refusal === kind));
}

/** Puts an event into the request's log line, where its statement says that it was written. */
export function note({ events }: AuditContext, { kind, user_id }: AuditEvent, { rows }: { rows: unknown[] }): void {
  if (rows.length > 0) events.push({ kind, user_id: user_id ?? null });
}

/**
 * The statement that writes an event down, to go into the batch behind its cause; the request's log line has it too.
 * `happened` makes it depend on what the cause did; where that may well be nothing, {@link note} is for the log line.
 */
export function audit(
  context: AuditContext,
  kind: AuditKind,
  userId: string | null,
  details: Record<string, string> = {},
  happened?: Parameters<typeof insertAuditEvent>[2],
) {
  context.events.push({ kind, user_id: userId });
  return insertAuditEvent(context.db, auditEvent(context, kind, userId, details), happened);
}
