import type { UserEnv } from "../context/types.ts";
import { ApiKeys } from "../crud/api-keys.ts";
import { isWritten } from "../crud/audit-events.ts";
import { requireAdmin } from "../crud/guards.ts";
import { OneTimeTokens } from "../crud/one-time-tokens.ts";
import { Sessions } from "../crud/sessions.ts";
import type { UserChanges } from "../crud/user-changes.ts";
import { isInactive } from "../crud/user-conditions.ts";
import { Users } from "../crud/users.ts";
import { ApiError, notFound } from "../errors.ts";
import type { UserUpdate } from "../schemas/users.ts";
import { type AuditContext, auditEvent, eventAlong } from "./audit.ts";
import { issueMailedToken } from "./one-time-tokens.ts";

type Context = AuditContext & Pick<UserEnv["Variables"], "run" | "keys" | "now" | "settings" | "user" | "versions">;

const day = 24 * 60 * 60 * 1000;
/** Days for the owner to put back an address that an admin replaced, before the new one can set a password. */
const resetHeldDays = 3;

/**
 * Changes a user in the wanted versions. Only an admin may set `role`, `is_active`, or another's `email`. Throws
 * `forbidden`, `not_found`, `precondition_failed`, `last_admin`, `email_taken`, `username_taken`.
 */
export async function changeUser(context: Context, id: string, changes: UserUpdate) {
  const { db, run, user: caller } = context;
  const { email, role, is_active } = changes;
  if (email !== undefined && isOwn(context, id)) return refuseOwnEmail(context);
  const told = toldChanges(context, id, changes);
  const version = requireUserVersion(context, id, changes);
  const update = Users.update(db, id, caller, told);
  if (email === undefined && role === undefined && is_active === undefined) {
    const [, [user]] = await run(version, update);
    return user ?? notFound();
  }
  // Admins may demote themselves: their own row is locked first and then checked. Another row may have to be waited for.
  const isSelf = isOwn(context, id);
  const isAdmin = requireAdmin(db, caller);
  const [, , , [user]] = await run(
    ...([version, isSelf ? Users.lock(db, id) : undefined, isAdmin, update] as const),
    ...(await consequences(context, id, told)),
    isSelf ? undefined : isAdmin,
  );
  return user ?? notFound();
}

/** True if an id is the caller's own, in any spelling. */
export function isOwn({ user: caller }: Pick<Context, "user">, id: string): boolean {
  return id.toLowerCase() === caller.id.toLowerCase();
}

/** Precedes changes of a user, or their deletion, if the request is meant for some versions only. */
export function requireUserVersion(
  { db, user: caller, versions }: Pick<Context, "db" | "user" | "versions">,
  id: string,
  changes?: UserUpdate,
) {
  return versions && Users.requireVersion(db, id, caller, versions, changes);
}

/** The changes, each with its event. */
function toldChanges(context: Context, id: string, changes: UserUpdate): UserChanges {
  const { username, email, role, is_active, ...plain } = changes;
  const resetHeldUntil = new Date(context.now().getTime() + resetHeldDays * day).toISOString();
  return {
    ...plain,
    ...(username !== undefined && {
      username: { to: username, event: auditEvent(context, "username.changed", id, {}) },
    }),
    ...(email !== undefined && {
      email: {
        to: email,
        resetHeldUntil,
        event: auditEvent(context, "email.changed", id, { held_until: resetHeldUntil }),
      },
    }),
    ...(role !== undefined && { role: { to: role, event: auditEvent(context, "account.role_changed", id, { role }) } }),
    ...(is_active !== undefined && {
      is_active: {
        to: is_active,
        // Callers are active: this changes nothing about their own account.
        event:
          isOwn(context, id) && is_active
            ? null
            : auditEvent(context, is_active ? "account.activated" : "account.deactivated", id, {}),
      },
    }),
  };
}

/** The consequences of an admin's changes: no session, key or link survives them. */
async function consequences(context: Context, id: string, { email }: UserChanges) {
  const { db } = context;
  const ended = [
    Sessions.revoke(db, id, undefined, isInactive(id)),
    ApiKeys.revokeAll(db, id, isInactive(id), eventAlong(context, "api_key.revoked", id)),
  ] as const;
  if (!email?.event) return ended;
  const isOther = isWritten(email.event);
  const verification = await issueMailedToken(context, {
    purpose: "verify_email",
    account: { id, where: isOther },
    event: "email.verification_requested",
  });
  const links = OneTimeTokens.delete(db, id, ["verify_email", "change_email", "reset_password"], isOther);
  return [...ended, links, verification.statement];
}

/** Runs the guard first, so that a caller who is no longer signed in learns that instead. */
async function refuseOwnEmail({ db, run, user }: Context): Promise<never> {
  await run(Users.find(db, user.id, user));
  throw new ApiError("forbidden", { detail: "Change your own e-mail address with POST /users/me/email." });
}
