import { v7 as uuidv7 } from "uuid";
import type { Variables } from "../context.ts";
import { type AuditEvent, insertAuditEvent } from "../crud/audit-events.ts";
import type { Caller } from "../crud/guards.ts";
import type { wasJustRevoked } from "../crud/sessions.ts";

/** Everything that is written down about accounts. */
export type AuditKind =
  | "account.created"
  | "account.deleted"
  | "account.restored"
  | "account.purged"
  | "account.activated"
  | "account.deactivated"
  | "account.exported"
  | "account.role_changed"
  | "email.change_requested"
  | "email.changed"
  | "email.verification_requested"
  | "email.verified"
  | "password.changed"
  | "password.reset"
  | "password.reset_requested"
  | "session.ended"
  | "session.replayed"
  | "sign_in.failed"
  | "sign_in.succeeded"
  | "sign_in.throttled";

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

/**
 * The statement that writes an event down, to go into the batch behind its cause; the request's log line has it too.
 * `happened` makes it depend on what the cause did.
 */
export function audit(
  context: AuditContext,
  kind: AuditKind,
  userId: string | null,
  details: Record<string, string> = {},
  happened?: ReturnType<typeof wasJustRevoked>,
) {
  context.events.push({ kind, user_id: userId });
  return insertAuditEvent(context.db, auditEvent(context, kind, userId, details), happened);
}
