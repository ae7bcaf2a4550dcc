import { behind } from "../context/run.ts";
import type { Run, UserEnv } from "../context/types.ts";
import { insertAuditEvent } from "../crud/audit-events.ts";
import { requireAdmin } from "../crud/guards.ts";
import { deleteTokens } from "../crud/one-time-tokens.ts";
import { endSessions, revokeSessions } from "../crud/sessions.ts";
import {
  deleteUser,
  findUser,
  requireUserVersion,
  restoreUser,
  updateUser,
  wasJustDeleted,
  willChange,
} from "../crud/users.ts";
import { notFound } from "../errors.ts";
import type { UserUpdate } from "../schemas/users.ts";
import { type AuditContext, auditEvent, note } from "./audit.ts";

type Context = AuditContext & Pick<UserEnv["Variables"], "run" | "user">;

/**
 * Changes a user as only an admin may, and writes down what really changes. Deactivation ends the sessions, so that to
 * be activated again revives none. Throws `forbidden`, `last_admin`, `email_taken`, `username_taken`.
 */
export async function changeAsAdmin(context: Context, id: string, changes: UserUpdate) {
  const { db, run, user: caller } = context;
  const { email, role, is_active } = changes;
  const roleEvent = auditEvent(context, "account.role_changed", id, role && { role });
  const activeEvent = auditEvent(context, is_active ? "account.activated" : "account.deactivated", id);
  const emailEvent = auditEvent(context, "email.changed", id);
  const [, roleChanged, activeChanged, emailChanged, users] = await run(
    requireAdmin(db, caller),
    insertAuditEvent(db, roleEvent, willChange(id, "role", role)),
    insertAuditEvent(db, activeEvent, willChange(id, "is_active", is_active)),
    insertAuditEvent(db, emailEvent, willChange(id, "email", email)),
    updateUser(db, id, caller.id, changes),
    ...(is_active === false ? [revokeSessions(db, id)] : []),
    // Whoever began to change the address, or holds a link that went to the old one, must begin again.
    ...(email === undefined ? [] : [deleteTokens(db, id, ["verify_email", "change_email", "reset_password"])]),
    // Whoever was demoted while this waited for the user's row must leave nothing of it behind.
    requireAdmin(db, caller),
  );
  note(context, roleEvent, roleChanged);
  note(context, activeEvent, activeChanged);
  note(context, emailEvent, emailChanged);
  return users;
}

/**
 * Deletes a user that the caller may reach, in one of these versions if any are given, and ends their sessions. Throws
 * `not_found`, `precondition_failed`, `last_admin`.
 */
export async function removeAccount(context: Context, id: string, versions?: number[]): Promise<void> {
  const { db, user: caller } = context;
  const run = atVersion(context, id, versions);
  const event = auditEvent(context, "account.deleted", id);
  // A statement of its own sees the sessions that were opened while the first one waited for the row.
  const [gone] = await run(deleteUser(db, id, caller.id, event), revokeSessions(db, id, undefined, wasJustDeleted(id)));
  note(context, event, gone);
  if (gone.rows.length === 0) notFound();
}

/** Runs statements only where the user is in one of these versions, if any are given. */
export function atVersion({ db, run, user: caller }: Context, id: string, versions: number[] | undefined): Run {
  return versions ? behind(run, requireUserVersion(db, id, caller.id, versions)) : run;
}

/** Brings a deleted user back within the grace. Throws `not_found`, `email_taken`, `username_taken`. */
export async function restoreAsAdmin(context: Context, id: string, graceDays: number) {
  const { db, run, user: caller } = context;
  const event = auditEvent(context, "account.restored", id);
  const [back, [user]] = await run(restoreUser(db, id, { graceDays }, event), findUser(db, id, caller.id));
  note(context, event, back);
  if (!user || back.rows.length === 0) return notFound();
  return user;
}

/** Ends all sessions of a user. Throws `not_found`. */
export async function endSessionsAsAdmin(context: Context, id: string): Promise<void> {
  const { db, run, user: caller } = context;
  const event = auditEvent(context, "session.ended", id, { which: "all" });
  const [[user], ended] = await run(findUser(db, id, caller.id), endSessions(db, id, {}, event));
  note(context, event, ended);
  if (!user) notFound();
}
