import type { UserEnv } from "../context/types.ts";
import { requireAdmin } from "../crud/guards.ts";
import { Organizations } from "../crud/organizations.ts";
import { Sessions } from "../crud/sessions.ts";
import { wasJustDeleted } from "../crud/user-conditions.ts";
import { Users } from "../crud/users.ts";
import { ApiError, notFound } from "../errors.ts";
import { dataGoesAt, endsAlong } from "./account-deletion.ts";
import { type AuditContext, auditEvent } from "./audit.ts";
import { isOwn, requireUserVersion } from "./users.ts";

type Context = AuditContext & Pick<UserEnv["Variables"], "run" | "user" | "now" | "settings" | "versions">;

/**
 * Deletes another user in the versions that the request is meant for, and ends their sessions. Throws `forbidden` for
 * the caller, whose own deletion takes the password; `not_found`, `precondition_failed`, `last_admin`, `owner_required`.
 */
export async function deleteAsAdmin(context: Context, id: string): Promise<void> {
  const { db, run, user: caller } = context;
  if (isOwn(context, id)) {
    await run(Users.find(db, id, caller));
    throw new ApiError("forbidden", { detail: "Delete your own account with POST /users/me/deletion." });
  }
  const event = auditEvent(context, "account.deleted", id, { until: dataGoesAt(context) });
  // Separate, because only a later statement sees the sessions opened while the first one waited for the row.
  const [, , , , gone] = await run(
    requireUserVersion(context, id),
    // A transfer or an invitation that is being accepted comes to its end first.
    Users.lock(db, id),
    Organizations.holdOwn(db, id),
    Organizations.requireNoOthers(db, id),
    Users.delete(db, id, caller, event),
    Sessions.revoke(db, id, undefined, wasJustDeleted(id)),
    ...endsAlong(context, id),
    requireStillAdmin(context),
  );
  if (gone.rows.length === 0) notFound();
}

/**
 * Restores a deleted user within the grace; a live one stays as they are. Throws `not_found`, `email_taken`,
 * `username_taken`.
 */
export async function restoreAsAdmin(context: Context, id: string) {
  const { db, run, user: caller, settings, versions } = context;
  const { DELETION_GRACE_DAYS: graceDays } = settings;
  const event = auditEvent(context, "account.restored", id, {});
  const [, , [user]] = await run(
    versions && Users.requireDeletedVersion(db, id, graceDays, versions),
    Users.restore(db, id, { graceDays }, event),
    Users.find(db, id, caller),
    requireStillAdmin(context),
  );
  return user ?? notFound();
}

/** Ends all sessions of a user. Throws `not_found`. */
export async function endSessionsAsAdmin(context: Context, id: string): Promise<void> {
  const { db, run, user: caller } = context;
  const event = auditEvent(context, "sessions.ended", id, { which: "all" });
  const [[user]] = await run(Users.find(db, id, caller), Sessions.end(db, id, {}, event), requireStillAdmin(context));
  if (!user) notFound();
}

/** Follows statements that may wait for a row: the caller must be an admin afterwards too. */
function requireStillAdmin({ db, user: caller }: Context) {
  return requireAdmin(db, caller);
}
