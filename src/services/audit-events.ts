import type { listAuditEvents } from "../crud/audit-events.ts";
import type { MyAuditEvent } from "../schemas/audit-events.ts";

type Row = ReturnType<typeof listAuditEvents>["_"]["result"][number];

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
  const actor = actor_id === null ? "not_signed_in" : actor_id === user_id ? "you" : "administrator";
  const isTheirs = actor === "you" || (actor === "not_signed_in" && !byAnybody.has(event.kind));
  return { ...event, actor, network: isTheirs ? network : null };
}
