import type { AuditEvent, listAuditEvents } from "../crud/audit-events.ts";
import type { MyAuditEvent } from "../schemas/audit-events.ts";

type Row = ReturnType<typeof listAuditEvents>["_"]["result"][number];
type Acted = Pick<AuditEvent, "kind" | "user_id" | "actor_id">;

/** What anybody can cause who knows a name, or holds a stolen token: where from is not the owner's to know. */
const byAnybody = new Set([
  "email.verification_requested",
  "password.reset_requested",
  "session.replayed",
  "sign_in.failed",
  "sign_in.throttled",
]);

/** An event of a user's account as they may see it: of others it says that they acted, not who they are or where. */
export function asSeenByOwner({ user_id, actor_id, network, ...event }: Row): MyAuditEvent {
  const acted = { kind: event.kind, user_id, actor_id };
  return { ...event, actor: actorOf(acted), network: isByOwner(acted) ? network : null };
}

/** Who acted, from the owner's point of view. */
export function actorOf({ user_id, actor_id }: Acted): MyAuditEvent["actor"] {
  return !actor_id ? "not_signed_in" : actor_id === user_id ? "you" : "administrator";
}

/** Whether the owner did it, by a session or by another proof: then it is theirs to know from where. */
export function isByOwner(acted: Acted): boolean {
  const actor = actorOf(acted);
  return actor === "you" || (actor === "not_signed_in" && !byAnybody.has(acted.kind));
}
