import { v7 as uuidv7 } from "uuid";
import type { MemberEnv, UserEnv, Variables } from "../context/types.ts";
import { type InvitationLink, Invitations } from "../crud/invitations.ts";
import { Organizations } from "../crud/organizations.ts";
import { ApiError, invalidReference, limitReached, notFound } from "../errors.ts";
import type { InvitationCreate } from "../schemas/invitations.ts";
import { newSeed, tokenOfSeed } from "../security/one-time-tokens.ts";
import { hashToken } from "../security/refresh-tokens.ts";
import { type AuditContext, auditEvent } from "./audit.ts";

type Context = AuditContext & Pick<UserEnv["Variables"], "run" | "keys" | "settings" | "user" | "outbox">;
type InOrganization = Context & MemberEnv["Variables"];

/** Days in which an invitation can be accepted. */
const days = 7;

/**
 * Invites an address with a role, and mails the link. Throws `invalid_reference` for an unknown role, `forbidden` for one
 * that can do more than the caller, `email_not_verified`, `already_member`, `invitation_open`, `too_many_requests`.
 */
export async function invite(context: InOrganization, { email, role = "member" }: InvitationCreate) {
  const { db, run, member } = context;
  const invitation = { id: uuidv7(), email, role };
  // Without the address: nobody agreed to be in this trail.
  const event = auditEvent(context, "invitation.sent", null, { invitation_id: invitation.id, role });
  const [, { rows }, [row]] = await run(
    Organizations.hold(db, member),
    Invitations.insert(db, member, invitation, await linkFor(context), event),
    Invitations.find(db, member, invitation.id),
  );
  const [sent] = rows;
  if (!sent?.has_role) throw invalidReference("role", "The organization has no such role.");
  if (!sent.may) refuseMore();
  if (!sent.is_verified) refuseUnverified();
  if (sent.is_member) throw new ApiError("already_member");
  if (sent.is_open) throw new ApiError("invitation_open");
  return row ?? refuseMany(context, sent.wait);
}

/** Sends an invitation anew, by another link. Throws `not_found`, `forbidden`, `email_not_verified`, `too_many_requests`. */
export async function inviteAgain(context: InOrganization, id: string) {
  const { db, run, member } = context;
  const event = auditEvent(context, "invitation.sent", null, { invitation_id: id });
  const [, { rows }, [row]] = await run(
    Organizations.hold(db, member),
    Invitations.resend(db, member, id, await linkFor(context), event),
    Invitations.find(db, member, id),
  );
  const [sent] = rows;
  if (!sent || !row) return notFound();
  if (!sent.may) refuseMore();
  if (!sent.is_verified) refuseUnverified();
  return sent.wait === 0 ? row : refuseMany(context, sent.wait);
}

/**
 * Makes the caller a member by the token of a mailed link. Repeating it is no error while they are one. Throws
 * `invalid_one_time_token`, `quota_exceeded`.
 */
export async function joinByInvitation(context: Context, token: string) {
  const { db, run, user, settings } = context;
  const tokenHash = await hashToken(token);
  const event = auditEvent(context, "member.joined", user.id, {});
  const [, { rows }, [organization]] = await run(
    Invitations.holdOrganization(db, tokenHash),
    Invitations.accept(db, tokenHash, user, settings.MEMBERS_PER_ORGANIZATION, event),
    Organizations.findInvited(db, tokenHash, user),
  );
  const [accepted] = rows;
  if (!accepted && !organization) {
    const detail = "The invitation has ended, or is for another e-mail address than the verified one of your account.";
    throw new ApiError("invalid_one_time_token", { detail });
  }
  if (accepted && !accepted.has_room)
    throw new ApiError("quota_exceeded", { detail: "The organization has no room for members." });
  return organization ?? notFound();
}

/** Declines an invitation by the token of a mailed link. Throws `invalid_one_time_token`. */
export async function declineByToken(context: AuditContext & Pick<Variables, "run">, token: string): Promise<void> {
  const event = auditEvent(context, "invitation.declined", null, {});
  const { rows } = await context.run(Invitations.decline(context.db, await hashToken(token), event));
  if (rows.length === 0) throw new ApiError("invalid_one_time_token");
}

async function linkFor({ keys, settings, outbox }: Context): Promise<InvitationLink> {
  const mail = { id: uuidv7(), seed: newSeed(), pepper: keys.mailbox };
  outbox.push(mail.id);
  const tokenHash = await hashToken(await tokenOfSeed(keys.mail, mail.seed));
  return { mail, tokenHash, days, perDay: settings.INVITATIONS_PER_DAY };
}

/** Refuses to give or take a role that can do more than the caller. */
export function refuseMore(): never {
  throw new ApiError("forbidden", { detail: "The role has permissions that you do not have." });
}

function refuseUnverified(): never {
  throw new ApiError("email_not_verified", { detail: "Verify your own e-mail address before you invite others." });
}

function refuseMany({ settings }: Context, wait: number): never {
  const limit = settings.INVITATIONS_PER_DAY;
  const policy = `"invitations";q=${limit};w=86400`;
  throw limitReached("too_many_requests", "invitations", wait, {
    policy,
    detail: "You or your organization have sent many invitations. Wait before you send another one.",
  });
}
