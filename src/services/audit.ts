import { v7 as uuidv7 } from "uuid";
import type { Policy } from "../context/policy.ts";
import type { Variables } from "../context/types.ts";
import { AuditEvents, type NewAuditEvent } from "../crud/audit-events.ts";
import { programOf } from "../mail/program.ts";
import type { Caller } from "../security/caller.ts";
import type { AuditKind } from "../values.ts";
import { actorOf, isByOwner } from "./audit-events.ts";
import { type Changes, type DetailsOf, isSensitive, sensitiveChanges } from "./sensitive-changes.ts";

export type AuditContext = Pick<Variables, "db" | "requestId" | "client" | "events" | "outbox" | "policy" | "keys"> & {
  user?: Caller;
};

/**
 * Makes an event's row, and the owner's notice if `kind` is a sensitive change. Pass null for `userId` if only the
 * statement knows the account.
 */
export function auditEvent<Kind extends AuditKind>(
  { requestId, client, user, policy, keys }: AuditContext,
  kind: Kind,
  userId: string | null,
  details: DetailsOf<Kind>,
): NewAuditEvent {
  const { network, userAgent } = client;
  const event = { kind, user_id: userId, actor_id: user?.id ?? null, request_id: requestId, network, details };
  const by = isByOwner(event) ? "owner" : actorOf(event) === "administrator" ? "administrator" : "stranger";
  const program = programOf(userAgent);
  const origin = by === "owner" && { ...(network !== "unknown" && { network }), ...(program && { program }) };
  return told(event, { by, ...origin }, { name: policy?.operationId, changes: policy?.changes ?? {} }, keys.mailbox);
}

/** Makes the event of an operator's command, which declares its sensitive changes like an endpoint. */
export function commandEvent<Kind extends AuditKind>(
  command: { name: string; changes: Changes },
  kind: Kind,
  userId: string,
  details: DetailsOf<Kind>,
): NewAuditEvent {
  const event = { kind, user_id: userId, actor_id: null, request_id: null, network: null };
  return told({ ...event, details: { ...details, by: command.name } }, { by: "operator" }, command);
}

/** Adds the notice. Throws for an undeclared sensitive change, which docs/sensitive-changes.md would lack. */
function told(
  event: Omit<NewAuditEvent, "id">,
  origin: object,
  { name, changes }: { name: string | undefined; changes: Policy["changes"] },
  pepper?: string,
): NewAuditEvent {
  const { kind, details } = event;
  if (!isSensitive(kind)) return { id: uuidv7(), ...event };
  if (!changes[kind]) throw new Error(`${name} must declare under \`changes\` that it does ${kind}`);
  const { name: notice } = sensitiveChanges[kind].notice;
  const mail = { id: uuidv7(), kind: notice, data: { ...details, ...origin }, ...(pepper && { pepper }) };
  return { id: uuidv7(), ...event, notice: mail };
}

/** Events that are recorded although the request is refused. */
const refusals: readonly AuditKind[] = ["sign_in.failed", "sign_in.throttled", "session.replayed"];

/** The events that took place: a refused request rolled back all others, or never got to them. */
export function eventsThatHappened(events: AuditContext["events"], status: number): AuditContext["events"] {
  return status < 400 ? events : events.filter(({ kind }) => refusals.some((refusal) => refusal === kind));
}

/**
 * Adds an event to the request's log line, and its notice to the mails to send, if the statement's `rows` show that it
 * was recorded. Pass `userId` if only the statement knew the account.
 */
export function note(
  { events, outbox }: Pick<AuditContext, "events" | "outbox">,
  { kind, user_id, notice }: NewAuditEvent,
  { rows }: { rows: readonly unknown[] },
  userId: string | null = user_id ?? null,
): void {
  if (rows.length === 0) return;
  events.push({ kind, user_id: userId });
  if (notice) outbox.push(notice.id);
}

/**
 * Makes the statement that records an event, for the batch of its cause, and adds it to the log line. `happened` makes
 * it depend on the cause; if that often does nothing, log by {@link note} instead.
 */
export function audit<Kind extends AuditKind>(
  context: AuditContext,
  kind: Kind,
  userId: string | null,
  details: DetailsOf<Kind>,
  happened?: Parameters<typeof AuditEvents.insert>[2],
) {
  const event = auditEvent(context, kind, userId, details);
  note(context, event, { rows: [event] });
  return AuditEvents.insert(context.db, event, happened);
}
