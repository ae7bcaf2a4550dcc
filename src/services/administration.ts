import { followed } from "../context/run.ts";
import type { Run, UserEnv } from "../context/types.ts";
import { requireAdmin } from "../crud/guards.ts";
import { endSessions, revokeSessions } from "../crud/sessions.ts";
import { deleteUser, findUser, restoreUser, wasJustDeleted } from "../crud/users.ts";
import { ApiError, notFound } from "../errors.ts";
import { type AuditContext, auditEvent, note } from "./audit.ts";
import { atVersion, dataGoesAt, isOwn } from "./users.ts";

type Context = AuditContext & Pick<UserEnv["Variables"], "run" | "user" | "now" | "settings" | "versions">;

/** Runs statements of an admin who is still one when they are done: they may have waited for a row. */
function asAdmin({ db, user: caller }: Context, run: Run): Run {
  return followed(run, requireAdmin(db, caller));
}

/**
 * Deletes somebody else, in the versions that the request is meant for, and ends their sessions. Throws `forbidden` for
 * oneself, which takes the password; `not_found`, `precondition_failed`, `last_admin`.
 */
export async function deleteAsAdmin(context: Context, id: string): Promise<void> {
  const { db, run, user: caller } = context;
  if (isOwn(context, id)) {
    await run(findUser(db, id, id));
    throw new ApiError("forbidden", { detail: "Delete your own account with POST /users/me/deletion." });
  }
  const event = auditEvent(context, "account.deleted", id, { until: dataGoesAt(context) });
  // A statement of its own sees the sessions that were opened while the first one waited for the row.
  const [gone] = await asAdmin(context, atVersion(context, id))(
    deleteUser(db, id, caller.id, event),
    revokeSessions(db, id, undefined, wasJustDeleted(id)),
  );
  note(context, event, gone);
  if (gone.rows.length === 0) notFound();
}

/**
 * Brings a deleted user back within the grace; one who is live stays as they are. Throws `not_found`, `email_taken`,
 * `username_taken`.
 */
export async function restoreAsAdmin(context: Context, id: string) {
  const { db, run, user: caller, settings } = context;
  const event = auditEvent(context, "account.restored", id, {});
  const [back, [user]] = await asAdmin(context, run)(
    restoreUser(db, id, { graceDays: settings.DELETION_GRACE_DAYS }, event),
    findUser(db, id, caller.id),
  );
  note(context, event, back);
  return user ?? notFound();
}

/** Ends all sessions of a user. Throws `not_found`. */
export async function endSessionsAsAdmin(context: Context, id: string): Promise<void> {
  const { db, run, user: caller } = context;
  const event = auditEvent(context, "sessions.ended", id, { which: "all" });
  const [[user], ended] = await asAdmin(context, run)(findUser(db, id, caller.id), endSessions(db, id, {}, event));
  note(context, event, ended);
  if (!user) notFound();
}
