import type { UserEnv } from "../context/types.ts";
import { ApiKeys } from "../crud/api-keys.ts";
import { Organizations } from "../crud/organizations.ts";
import { Sessions } from "../crud/sessions.ts";
import { wasJustDeleted } from "../crud/user-conditions.ts";
import { Users } from "../crud/users.ts";
import { type AuditContext, auditEvent, eventAlong } from "./audit.ts";
import { requirePassword, wrongPassword } from "./recovery.ts";

type Context = AuditContext & Pick<UserEnv["Variables"], "run" | "now" | "settings" | "passwords" | "user">;

const day = 24 * 60 * 60 * 1000;

/**
 * Deletes the caller's account in exchange for its password, with the organizations in which they are alone. Throws
 * `last_admin`, `owner_required` and the errors of {@link requirePassword}.
 */
export async function deleteOwnAccount(context: Context, { current_password }: { current_password: string }) {
  const { db, run, user: caller } = context;
  const { user, remember } = await requirePassword(context, current_password);
  const event = auditEvent(context, "account.deleted", user.id, { until: dataGoesAt(context) });
  const along = endsAlong(context, user.id);
  const [, , , gone] = await run(
    // A transfer or an invitation that is being accepted comes to its end first.
    Users.lock(db, user.id),
    Organizations.holdOwn(db, user.id),
    Organizations.requireNoOthers(db, user.id),
    Users.delete(db, user.id, caller, event, user.password_hash),
    // Separate, because only a later statement sees the sessions opened while the first one waited for the row.
    Sessions.revoke(db, user.id, undefined, wasJustDeleted(user.id)),
    ...along,
    ...remember(),
  );
  if (gone.rows.length === 0) wrongPassword();
}

/** Follows the deletion of an account: ends its keys, and the organizations in which it is alone with theirs. */
export function endsAlong(context: AuditContext, id: string) {
  const { db } = context;
  return [
    ApiKeys.revokeAll(db, id, wasJustDeleted(id), eventAlong(context, "api_key.revoked", id)),
    Organizations.deleteOwn(db, id, wasJustDeleted(id), eventAlong(context, "organization.deleted", null)),
    ApiKeys.revokeWithOrganizations(db, { ownerId: id }, eventAlong(context, "api_key.revoked", null)),
  ] as const;
}

/** The time at which the data of an account deleted now will be purged. */
export function dataGoesAt({ now, settings }: Pick<Context, "now" | "settings">): string {
  return new Date(now().getTime() + settings.DELETION_GRACE_DAYS * day).toISOString();
}
