import { v7 as uuidv7 } from "uuid";
import { behind, followed } from "../context/run.ts";
import type { Run, UserEnv, Variables } from "../context/types.ts";
import { isWritten } from "../crud/audit-events.ts";
import { requireAdmin } from "../crud/guards.ts";
import { deleteTokens } from "../crud/one-time-tokens.ts";
import { revokeSessions } from "../crud/sessions.ts";
import {
  deleteUser,
  findUser,
  insertUser,
  isInactive,
  lockUser,
  requireUserVersion,
  type UserChanges,
  updateUser,
  wasJustDeleted,
} from "../crud/users.ts";
import { ApiError, notFound } from "../errors.ts";
import type { UserCreate, UserUpdate } from "../schemas/users.ts";
import { type AuditContext, auditEvent, note } from "./audit.ts";
import { issueMailedToken } from "./one-time-tokens.ts";
import { rememberNetwork } from "./passwords.ts";
import { isPersonal, refusePersonal } from "./personal-passwords.ts";
import { requirePassword, wrongPassword } from "./recovery.ts";

type SignUpContext = AuditContext & Pick<Variables, "run" | "keys" | "settings" | "passwords">;
type Context = AuditContext &
  Pick<UserEnv["Variables"], "run" | "keys" | "now" | "settings" | "passwords" | "user" | "versions">;

const day = 24 * 60 * 60 * 1000;
/** Days for the owner to put back an address that an admin replaced, before the new one can set a password. */
const resetHeldDays = 3;

/** Opens an account and mails the link that verifies it. Throws `signup_closed`, `email_taken`, `username_taken`. */
export async function signUp(context: SignUpContext, { password, ...profile }: UserCreate) {
  const { db, run, settings, passwords } = context;
  if (settings.SIGNUP !== "open") throw new ApiError("signup_closed");
  const id = uuidv7();
  if (isPersonal(password, profile)) refusePersonal();
  const password_hash = await passwords.hash(profile.email, password);
  const verification = await issueMailedToken(context, {
    purpose: "verify_email",
    account: { id },
    event: "account.created",
  });
  const [[user]] = await run(
    insertUser(db, { ...profile, id, password_hash }),
    verification.statement,
    ...(await rememberNetwork(context, id)),
  );
  return user ?? notFound();
}

/**
 * Changes a user that the caller may reach, in the versions that the request is meant for. Only an admin may set
 * `role`, `is_active`, or the `email` of somebody else. Throws `forbidden`, `not_found`, `precondition_failed`,
 * `last_admin`, `email_taken`, `username_taken`.
 */
export async function changeUser(context: Context, id: string, changes: UserUpdate) {
  const { db, user: caller } = context;
  const { email, role, is_active } = changes;
  if (email !== undefined && isOwn(context, id)) return refuseOwnEmail(context);
  const run = atVersion(context, id, changes);
  const { told, events } = toldChanges(context, id, changes);
  const update = updateUser(db, id, caller.id, told);
  const byAuthority = email !== undefined || role !== undefined || is_active !== undefined;
  const [row] = byAuthority
    ? (await withAuthority(context, id, run)(update, ...(await consequences(context, id, told))))[0]
    : await run(update);
  if (!row) throw new ApiError(byAuthority && isOwn(context, id) ? "forbidden" : "not_found");
  const { happened, ...user } = row;
  for (const event of events) if (happened?.includes(event.kind)) note(context, event, { rows: [event] });
  return user;
}

/**
 * Deletes the caller's account in exchange for its password. Throws `last_admin` and the errors of {@link
 * requirePassword}.
 */
export async function deleteOwnAccount(context: Context, { current_password }: { current_password: string }) {
  const { db, run } = context;
  const { user, remember } = await requirePassword(context, current_password);
  const event = auditEvent(context, "account.deleted", user.id, { until: dataGoesAt(context) });
  const [gone] = await run(
    deleteUser(db, user.id, user.id, event, user.password_hash),
    // Separate, because only a later statement sees the sessions opened while the first one waited for the row.
    revokeSessions(db, user.id, undefined, wasJustDeleted(user.id)),
    ...remember,
  );
  note(context, event, gone);
  if (gone.rows.length === 0) wrongPassword();
}

/** True if an id is the caller's own, in any spelling. */
export function isOwn({ user: caller }: Pick<Context, "user">, id: string): boolean {
  return id.toLowerCase() === caller.id.toLowerCase();
}

/** The time at which the data of an account deleted now will be purged. */
export function dataGoesAt({ now, settings }: Pick<Context, "now" | "settings">): string {
  return new Date(now().getTime() + settings.DELETION_GRACE_DAYS * day).toISOString();
}

/** Runs changes of a user, or their deletion, only in the versions that the request is meant for. */
export function atVersion(
  { db, run, user: caller, versions }: Pick<Context, "db" | "run" | "user" | "versions">,
  id: string,
  changes?: UserUpdate,
): Run {
  return behind(run, versions && requireUserVersion(db, id, caller.id, versions, changes));
}

/**
 * Runs statements of an admin who must still be one afterwards, since the statements may wait for a row. Admins may
 * demote themselves: their own row is locked first and then checked.
 */
function withAuthority({ db, user: caller }: Context, id: string, run: Run): Run {
  const guard = requireAdmin(db, caller);
  return isOwn({ user: caller }, id)
    ? behind(behind(run, lockUser(db, id)), guard)
    : behind(followed(run, guard), guard);
}

/** The changes, each with its event. */
function toldChanges(context: Context, id: string, changes: UserUpdate) {
  const { full_name, username, email, role, is_active } = changes;
  const resetHeldUntil = new Date(context.now().getTime() + resetHeldDays * day).toISOString();
  const told: UserChanges = {
    full_name,
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
  const events = [told.username, told.email, told.role, told.is_active].flatMap((change) => change?.event ?? []);
  return { told, events };
}

/** The consequences of an admin's changes: no session or link survives them. */
async function consequences(context: Context, id: string, { email }: UserChanges) {
  const { db } = context;
  const ended = revokeSessions(db, id, undefined, isInactive(id));
  if (!email?.event) return [ended];
  const isOther = isWritten(email.event);
  const verification = await issueMailedToken(context, {
    purpose: "verify_email",
    account: { id, where: isOther },
    event: "email.verification_requested",
  });
  const links = deleteTokens(db, id, ["verify_email", "change_email", "reset_password"], isOther);
  return [ended, links, verification.statement];
}

/** Runs the guard first, so that a caller who is no longer signed in learns that instead. */
async function refuseOwnEmail({ db, run, user }: Context): Promise<never> {
  await run(findUser(db, user.id, user.id));
  throw new ApiError("forbidden", { detail: "Change your own e-mail address with POST /users/me/email." });
}
