import { v7 as uuidv7 } from "uuid";
import type { Policy } from "../context/policy.ts";
import type { Variables } from "../context/types.ts";
import type { NewAuditEvent } from "../crud/audit-events.ts";
import { programOf } from "../mail/program.ts";
import type { Caller, Membership } from "../security/caller.ts";
import type { AuditKind } from "../values.ts";
import { actorOf, isByOwner } from "./audit-events.ts";
import { type Changes, type DetailsOf, isSensitive, sensitiveChanges } from "./sensitive-changes.ts";

export type AuditContext = Pick<
  Variables,
  "db" | "requestId" | "client" | "audit" | "outbox" | "policy" | "keys" | "apiKeyId"
> & {
  user?: Caller;
  /** Present below an organization, whose owners may read the event. */
  member?: Pick<Membership, "organizationId">;
};

/**
 * Makes an event for a statement to record, and the owner's notice if `kind` is a sensitive change. Once `run` finds it
 * recorded, the log's line tells it and the notice is sent. Pass null for `userId` if only the statement knows the account.
 */
export function auditEvent<Kind extends AuditKind>(
  context: AuditContext,
  kind: Kind,
  userId: string | null,
  details: DetailsOf<Kind>,
): NewAuditEvent {
  const { client, policy, keys, audit } = context;
  const { network, userAgent } = client;
  const event = eventOf(context, kind, userId, details);
  const actor = actorOf(event);
  const by = isByOwner(event) ? "owner" : actor === "member" || actor === "administrator" ? actor : "stranger";
  const program = programOf(userAgent);
  const origin = by === "owner" && { ...(network !== null && { network }), ...(program && { program }) };
  const made = told(
    event,
    { by, ...origin },
    { name: policy?.operationId, changes: policy?.changes ?? {} },
    keys.mailbox,
  );
  audit.made.push(made);
  return made;
}

/** Makes an event that goes along with another one, whose notice tells enough. */
export function eventAlong(context: AuditContext, kind: AuditKind, userId: string | null): NewAuditEvent {
  const made = { id: uuidv7(), ...eventOf(context, kind, userId, {}) };
  context.audit.made.push(made);
  return made;
}

function eventOf(
  { requestId, client, user, apiKeyId, member }: AuditContext,
  kind: AuditKind,
  userId: string | null,
  details: Record<string, string>,
) {
  const byKey = apiKeyId && { by_api_key_id: apiKeyId };
  const whose = { user_id: userId, actor_id: user?.id ?? null, organization_id: member?.organizationId ?? null };
  return { kind, ...whose, request_id: requestId, network: client.network, details: { ...details, ...byKey } };
}

/** Makes the event of an operator's command, which declares its sensitive changes like an endpoint. */
export function commandEvent<Kind extends AuditKind>(
  command: { name: string; changes: Changes },
  kind: Kind,
  userId: string,
  details: DetailsOf<Kind>,
): NewAuditEvent {
  return told(commandEventOf(command, kind, userId, details), { by: "operator" }, command);
}

/** Makes the event of a command that goes along with another one, whose notice tells enough. */
export function commandEventAlong(command: { name: string }, kind: AuditKind, userId: string): NewAuditEvent {
  return { id: uuidv7(), ...commandEventOf(command, kind, userId, {}) };
}

function commandEventOf({ name }: { name: string }, kind: AuditKind, userId: string, details: Record<string, string>) {
  const event = { kind, user_id: userId, actor_id: null, request_id: null, network: null };
  return { ...event, details: { ...details, by: name } };
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
  const dataForOthers = { ...details, by: "member" };
  const mail = {
    id: uuidv7(),
    kind: notice,
    data: { ...details, ...origin },
    dataForOthers,
    ...(pepper && { pepper }),
  };
  return { id: uuidv7(), ...event, notice: mail };
}
