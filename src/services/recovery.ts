import type { UserEnv, Variables } from "../context/types.ts";
import { ApiKeys } from "../crud/api-keys.ts";
import { AuditEvents } from "../crud/audit-events.ts";
import { OneTimeTokens } from "../crud/one-time-tokens.ts";
import { hasPasswordHash, PasswordHashes } from "../crud/password-hashes.ts";
import { Sessions } from "../crud/sessions.ts";
import { Throttles } from "../crud/throttles.ts";
import { wasJustVerified } from "../crud/user-conditions.ts";
import { Users } from "../crud/users.ts";
import { ApiError } from "../errors.ts";
import type { PasswordReset } from "../schemas/auth.ts";
import { hashToken } from "../security/refresh-tokens.ts";
import type { Purpose } from "../values.ts";
import { type AuditContext, auditEvent, eventAlong } from "./audit.ts";
import { issueMailedToken } from "./one-time-tokens.ts";
import { checkPassword, rememberNetwork } from "./passwords.ts";
import { isPersonal, refusePersonal } from "./personal-passwords.ts";

type Context = AuditContext & Pick<Variables, "run" | "keys" | "outbox" | "passwords">;
type UserContext = AuditContext & Pick<UserEnv["Variables"], "run" | "keys" | "outbox" | "passwords" | "user">;
type Owner = { id: string };

/** Mails a link to set a new password, if the address belongs to an account. */
export async function requestPasswordReset(context: Context, email: string): Promise<void> {
  const { statement } = await issueMailedToken(context, {
    purpose: "reset_password",
    account: { email },
    event: "password.reset_requested",
  });
  await context.run(statement);
}

/**
 * Sets a new password by a mailed token, and ends all that somebody else may have left in the account: sessions, links,
 * known networks and, unless they are kept, API keys. Verifies the mailbox. Throws `invalid_one_time_token`, usually
 * before it spends a hash.
 */
export async function confirmPasswordReset(context: Context, { token, password, keep_api_keys }: PasswordReset) {
  const { db, run, passwords } = context;
  const tokenHash = await hashToken(token);
  const [found] = (await run(OneTimeTokens.find(db, tokenHash, "reset_password"))).rows;
  if (!found) throw new ApiError("invalid_one_time_token");
  if (isPersonal(password, found)) refusePersonal();
  const newHash = await passwords.hash(found.email, password);
  const owner = { ...found, id: found.user_id };
  const isSet = hasPasswordHash(owner.id, newHash);
  const [used] = await run(
    OneTimeTokens.useToResetPassword(db, tokenHash, newHash),
    ApiKeys.revokeAll(
      db,
      owner.id,
      // A stranger may have opened the account, until somebody proved to own the mailbox.
      keep_api_keys ? wasJustVerified(owner.id) : isSet,
      eventAlong(context, "api_key.revoked", owner.id),
    ),
    ...consequences(context, owner, newHash, "password.reset"),
    dropTokens(context, owner, newHash, ["verify_email", "change_email", "reset_password"]),
    Throttles.forgetOrigins(db, owner.id, isSet),
    ...(await rememberNetwork(context, owner.id, isSet)),
  );
  if (used.rows.length === 0) throw new ApiError("invalid_one_time_token");
}

/**
 * Sets a new password in exchange for the current one; the caller's session continues. Throws like
 * {@link requirePassword}.
 */
export async function changePassword(
  context: UserContext,
  change: { current_password: string; password: string },
): Promise<void> {
  const { db, run, user: caller, passwords } = context;
  const { user, remember } = await requirePassword(context, change.current_password);
  if (isPersonal(change.password, user)) {
    // Forgets the attempt: the current password was right, so it was no guess.
    await run(...remember());
    refusePersonal();
  }
  const newHash = await passwords.hash(user.email, change.password);
  const [changed] = await run(
    PasswordHashes.replace(db, user.id, user.password_hash, newHash),
    ...consequences(context, user, newHash, "password.changed", caller.sessionId),
    dropTokens(context, user, newHash, ["change_email", "reset_password"]),
    ...remember(),
  );
  if (changed.length === 0) wrongPassword();
}

/**
 * Notes a fresh proof of the caller's password, for endpoints that ask for one. Throws like {@link requirePassword}.
 */
export async function provePassword(context: UserContext, given: { current_password: string }): Promise<void> {
  const { db, run, user: caller } = context;
  const { user, remember } = await requirePassword(context, given.current_password);
  const event = auditEvent(context, "password.proved", user.id, {});
  const [{ rows }] = await run(Sessions.prove(db, caller, user.password_hash, event), ...remember());
  if (rows.length === 0) wrongPassword();
}

/**
 * The caller's account after proof of its password, and the statements that remember the success. Throws
 * `wrong_password`, `too_many_attempts`.
 */
export async function requirePassword(context: UserContext, password: string) {
  const { id } = context.user;
  const checked = await checkPassword(context, { id }, password, Users.find(context.db, id, context.user));
  return checked ?? wrongPassword();
}

export function wrongPassword(): never {
  throw new ApiError("wrong_password");
}

/** The consequences of a new password. Each statement checks that the preceding one did set this hash. */
function consequences(
  context: AuditContext,
  { id }: Owner,
  newHash: string,
  kind: "password.reset" | "password.changed",
  keptSession?: string,
) {
  const isSet = hasPasswordHash(id, newHash);
  return [
    Sessions.revoke(context.db, id, keptSession, isSet),
    AuditEvents.insert(context.db, auditEvent(context, kind, id, {}), isSet, ApiKeys.countOf(id)),
  ] as const;
}

function dropTokens({ db }: AuditContext, { id }: Owner, newHash: string, purposes: readonly Purpose[]) {
  return OneTimeTokens.delete(db, id, purposes, hasPasswordHash(id, newHash));
}
