import type { AuditEvents, NewAuditEvent } from "../crud/audit-events.ts";
import type { MyAuditEvent } from "../schemas/audit-events.ts";

type Row = ReturnType<typeof AuditEvents.list>["_"]["result"][number];
type Acted = Pick<NewAuditEvent, "kind" | "user_id" | "actor_id" | "organization_id">;

/** Events that anybody can cause with a name or a stolen token: the owner must not learn their network. */
const byAnybody = new Set([
  "email.verification_requested",
  "password.reset_requested",
  "session.replayed",
  "sign_in.failed",
  "sign_in.throttled",
]);

/** An event as the account's owner may see it: of others only their role, neither their id nor their network. */
export function asSeenByOwner({ user_id, actor_id, network, ...event }: Row): MyAuditEvent {
  const acted = { kind: event.kind, user_id, actor_id, organization_id: event.organization_id };
  return { ...event, actor: actorOf(acted), network: isByOwner(acted) ? network : null };
}

/** The actor from the owner's point of view. Below an organization, somebody else is another member of it. */
export function actorOf({ user_id, actor_id, organization_id }: Acted): MyAuditEvent["actor"] {
  if (!actor_id) return "not_signed_in";
  if (actor_id === user_id) return "you";
  return organization_id ? "member" : "administrator";
}

/** True if the owner did it, by a session or by another proof, and may therefore see the network. */
export function isByOwner(acted: Acted): boolean {
  const actor = actorOf(acted);
  return actor === "you" || (actor === "not_signed_in" && !byAnybody.has(acted.kind));
}
