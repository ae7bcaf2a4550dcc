import type { z } from "zod";
import type { Proof } from "../context/policy.ts";
import {
  accountActivated,
  accountDeactivated,
  accountDeleted,
  accountRestored,
  apiKeyChanged,
  apiKeyCreated,
  apiKeyRevoked,
  apiKeyRotated,
  emailChanged,
  emailChangeRequested,
  memberRemoved,
  memberRoleChanged,
  newSignIn,
  organizationDeleted,
  organizationOffered,
  organizationTransferred,
  passwordChanged,
  roleChanged,
  sessionReplayed,
  sessionsEnded,
  usernameChanged,
} from "../mail/notices.ts";
import type { AuditKind } from "../values.ts";

/**
 * The changes of who owns an account or what it may do, by their event. The owner gets the notice at the address from
 * before the change; a path must demand one of the proofs. `auditEvent` makes event and notice together.
 */
export const sensitiveChanges = {
  "email.change_requested": {
    notice: emailChangeRequested,
    proofs: ["password"],
    besides: "The new mailbox gets the link that confirms it; until then nothing changes.",
  },
  "email.changed": {
    notice: emailChanged,
    proofs: ["mailed_link", "admin"],
    besides:
      "By the link, the new address is verified. By an admin, it is unverified and gets a link; no link to set a password goes there for three days, and sessions and password stay, so that the owner can put the old address back.",
  },
  "username.changed": {
    notice: usernameChanged,
    proofs: ["access_token", "admin"],
    besides: "The e-mail address still signs in.",
  },
  "password.changed": {
    notice: passwordChanged,
    proofs: ["password"],
    besides: "All other sessions end. API keys work on, and the notice says how many.",
  },
  "password.reset": {
    notice: passwordChanged,
    proofs: ["mailed_link"],
    besides:
      "All sessions end, known networks are forgotten, and API keys end unless they are kept, which takes a mailbox that was proved before.",
  },
  "account.role_changed": {
    notice: roleChanged,
    proofs: ["admin", "command_line"],
    besides: "There is always an active admin.",
  },
  "account.activated": {
    notice: accountActivated,
    proofs: ["admin", "command_line"],
    besides: "No old session and no key comes back.",
  },
  "account.deactivated": {
    notice: accountDeactivated,
    proofs: ["admin"],
    besides: "All sessions and API keys end.",
  },
  "account.deleted": {
    notice: accountDeleted,
    proofs: ["password", "admin"],
    besides: "All sessions and API keys end. Only the owner's own deletion can be undone by the owner.",
  },
  "account.restored": {
    notice: accountRestored,
    proofs: ["password", "admin"],
    besides: "No old session and no key comes back, and a deactivated account stays so.",
  },
  "api_key.created": {
    notice: apiKeyCreated,
    proofs: ["fresh_password"],
    besides: "The key is in that answer alone, and can do no more than its permissions and its owner.",
  },
  "api_key.changed": {
    notice: apiKeyChanged,
    proofs: ["fresh_password"],
    besides: "The next request has the new permissions, networks and expiry.",
  },
  "api_key.rotated": {
    notice: apiKeyRotated,
    proofs: ["fresh_password"],
    besides: "The last secret counts for the overlap that was asked for, and any before it no longer.",
  },
  "api_key.revoked": {
    notice: apiKeyRevoked,
    proofs: ["access_token"],
    besides: "The next request with it is refused, and nothing brings it back.",
  },
  "member.role_changed": {
    notice: memberRoleChanged,
    proofs: ["fresh_password"],
    besides: "The next request has the permissions of the new role. Nobody gives or takes more than they have.",
  },
  "member.removed": {
    notice: memberRemoved,
    proofs: ["access_token"],
    besides: "The next request is refused, and the invitations that the member sent end.",
  },
  "organization.deleted": {
    notice: organizationDeleted,
    proofs: ["fresh_password"],
    besides:
      "Its keys end for good. It tells the owner, who can restore the organization, if another member did it. Where the organization goes along with the owner's account, that has the notice.",
  },
  "organization.transfer_offered": {
    notice: organizationOffered,
    proofs: ["fresh_password"],
    besides: "It tells the member to whom the organization is offered. Nothing changes until they accept.",
  },
  "organization.transferred": {
    notice: organizationTransferred,
    proofs: ["access_token"],
    besides: "It tells the former owner, who made the offer with a fresh proof of the password, and stays an admin.",
  },
  "sessions.ended": {
    notice: sessionsEnded,
    proofs: ["access_token", "admin"],
    besides: "Signing in again is possible.",
  },
  "session.replayed": { notice: sessionReplayed, proofs: ["refresh_token"], besides: "The session ends." },
  "sign_in.new_network": {
    notice: newSignIn,
    proofs: ["password"],
    besides: "The network is the account's own for 90 days.",
  },
} as const satisfies Partial<Record<AuditKind, { notice: object; proofs: readonly Proof[]; besides: string }>>;

export type SensitiveChange = keyof typeof sensitiveChanges;

/** The sensitive changes that an endpoint can make, each with the proof it takes. */
export type Changes = { readonly [Change in SensitiveChange]?: (typeof sensitiveChanges)[Change]["proofs"][number] };

/** The reasons why other events have no notice. A new kind of event must be in one of the two tables to compile. */
export const untold: Record<Exclude<AuditKind, SensitiveChange>, string> = {
  "account.created":
    "The link that verifies the address tells of it. After an import or for a new admin, the operator does.",
  "account.exported": "It changes nothing, and the owner's own trail has it.",
  "account.purged": "No address is left. The notice of the deletion named the day.",
  "email.verification_requested": "The mailed link tells of it.",
  "email.verified": "Only the owner of the mailbox can do it.",
  "invitation.declined": "It concerns no account, but an organization.",
  "invitation.revoked": "It concerns no account, but an organization.",
  "invitation.sent": "The invitation is a mail itself.",
  "member.joined": "Only the invited user can do it.",
  "member.left": "Only the member can do it.",
  "organization.created": "It changes nothing about the account.",
  "organization.restored": "It changes nothing about the account.",
  "organization.role_changed": "It concerns no account, but an organization.",
  "organization.role_created": "It concerns no account, but an organization.",
  "organization.role_deleted": "It concerns no account, but an organization.",
  "organization.transfer_cancelled": "It changes nothing about the account.",
  "organization.updated": "It concerns no account, but an organization.",
  "password.proved": "It changes nothing, and the owner's own trail has it.",
  "password.reset_requested": "The mailed link tells of it.",
  "session.ended": "Signing out or ending one session is routine.",
  "sign_in.failed": "Anybody can cause it, and would flood the owner.",
  "sign_in.succeeded": "Routine; a new network has an event of its own.",
  "sign_in.throttled": "Anybody can cause it, and would flood the owner.",
  "task.cancelled": "It concerns no account.",
  "task.retried": "It concerns no account.",
};

/** True for an event that changes who owns an account or what it may do. */
export function isSensitive(kind: string): kind is SensitiveChange {
  return Object.hasOwn(sensitiveChanges, kind);
}

/** Added to every notice; a statement adds the name of a key or of an organization. */
type Given = "name" | "by" | "network" | "program" | "key_name" | "organization";
/** The details that an event must have for its notice, all of them text. */
export type DetailsOf<Kind extends AuditKind> = Record<string, string> &
  (Kind extends SensitiveChange ? Omit<z.output<(typeof sensitiveChanges)[Kind]["notice"]["data"]>, Given> : unknown);
