import { v7 as uuidv7 } from "uuid";
import type { Variables } from "../context/types.ts";
import { AuditEvents } from "../crud/audit-events.ts";
import { PasswordHashes } from "../crud/password-hashes.ts";
import { isFirstOfNetwork, isSessionOpen, type SessionLimits, Sessions } from "../crud/sessions.ts";
import { Users } from "../crud/users.ts";
import { ApiError, type ErrorCode } from "../errors.ts";
import { describeError } from "../log.ts";
import type { Login, Token } from "../schemas/oauth.ts";
import type { SessionCaller } from "../security/caller.ts";
import { needsRehash } from "../security/passwords.ts";
import {
  followedTo,
  hashToken,
  newRefreshToken,
  readRefreshToken,
  sessionOf,
  successorsOf,
} from "../security/refresh-tokens.ts";
import { signAccessToken, verifyAccessToken } from "../security/tokens.ts";
import { type Settings, tokenPolicy } from "../settings.ts";
import { type AuditContext, auditEvent } from "./audit.ts";
import { checkPassword } from "./passwords.ts";

type Context = AuditContext & Pick<Variables, "run" | "keys" | "settings" | "now" | "passwords" | "log">;
type Checked = NonNullable<Awaited<ReturnType<typeof checkPassword>>>;
/** Tokens, with the account of the session if they were asked for it. */
type Tokens = Omit<Token, "user"> & { refresh_token: string; user?: Account | undefined };
type Account = Awaited<ReturnType<typeof Users.findBySession>>[number];
/** Asks for the account beside the tokens, without another round trip. */
type Asked = { withUser: boolean };

/**
 * Opens a session. Throws `invalid_grant` after equal work for every reason, `too_many_attempts`, `busy`; after the
 * right password only, `account_deleted` and `email_not_verified`. Replaces a hash of an older policy.
 */
export async function signIn(context: Context, credentials: Login, asked?: Asked): Promise<Tokens> {
  const checked = await checkedUser(context, credentials);
  if (checked.user.deleted_at !== null) return refuse(context, checked, "account_deleted");
  return open(context, credentials, checked, asked);
}

/**
 * Restores a deleted account within the grace and signs its user in. Throws like {@link signIn} without
 * `account_deleted`, and `email_taken` or `username_taken` if somebody else has the name now.
 */
export async function restoreAndSignIn(context: Context, credentials: Login, asked?: Asked): Promise<Tokens> {
  const checked = await checkedUser(context, credentials);
  const { id, password_hash: passwordHash } = checked.user;
  const condition = { graceDays: context.settings.DELETION_GRACE_DAYS, passwordHash };
  const restoration = Users.restore(context.db, id, condition, auditEvent(context, "account.restored", id, {}));
  return open(context, credentials, checked, asked, restoration);
}

async function checkedUser(context: Context, { username, password }: Login): Promise<Checked> {
  const { db, settings } = context;
  const find = Users.findByLogin(db, username, settings.DELETION_GRACE_DAYS);
  const checked = await checkPassword(context, { login: username }, password, find);
  if (!checked) throw new ApiError("invalid_grant");
  return checked;
}

async function refuse(context: Context, { user, remember }: Checked, reason: ErrorCode): Promise<never> {
  const event = auditEvent(context, "sign_in.failed", user.id, { reason });
  await context.run(AuditEvents.insert(context.db, event), ...remember());
  throw new ApiError(reason);
}

async function open(
  context: Context,
  { username, password }: Login,
  checked: Checked,
  asked: Asked = { withUser: false },
  restoration?: ReturnType<typeof Users.restore>,
): Promise<Tokens> {
  const { db, run, keys, settings, client, passwords } = context;
  const { user, remember } = checked;
  if (settings.REQUIRE_VERIFIED_EMAIL && user.email_verified_at === null) {
    return refuse(context, checked, "email_not_verified");
  }
  const id = uuidv7();
  const refreshToken = await newRefreshToken(keys.refresh, id);
  const session = { ...client, id, userId: user.id, tokenHash: await hashToken(refreshToken) };
  const opening = auditEvent(context, "sign_in.succeeded", user.id, { session_id: id });
  const elsewhere = checked.isNewNetwork && auditEvent(context, "sign_in.new_network", user.id, { session_id: id });
  const surplus = auditEvent(context, "session.ended", user.id, { which: "beyond SESSIONS_PER_USER" });
  const hash = user.password_hash;
  const upgrade = needsRehash(hash, password)
    ? await passwords.hash(username, password, hash).catch((cause: unknown) => putOff(context, cause))
    : undefined;
  const [, opened, , , , account] = await run(
    restoration,
    Sessions.open(db, session, upgrade ? [hash, upgrade] : [hash], sessionLimits(settings)),
    AuditEvents.insert(db, opening, isSessionOpen(id)),
    Sessions.endSurplus(db, user.id, id, settings.SESSIONS_PER_USER, surplus),
    elsewhere ? AuditEvents.insert(db, elsewhere, isFirstOfNetwork(id)) : undefined,
    asked.withUser ? Users.findBySession(db, id) : undefined,
    // A reset that came first has forgotten the networks.
    ...remember(isSessionOpen(id)),
    upgrade ? PasswordHashes.replace(db, user.id, hash, upgrade) : undefined,
  );
  if (opened.rows.length === 0) throw new ApiError("invalid_grant");
  return { ...(await tokens(context, { id: user.id, sessionId: id }, refreshToken)), user: account?.[0] };
}

/** Ignores a failed upgrade of a hash, because the password was right. The next sign-in tries again. */
function putOff({ log }: Context, cause: unknown): undefined {
  log({ level: "warn", message: "password upgrade failed", cause: describeError(cause) });
}

/**
 * Trades a refresh token for its successor and a new access token (RFC 9700, section 4.14). Throws
 * `invalid_refresh_token` unless it is the current one, or rotated within the grace; an older one ends the session.
 */
export async function refresh(
  context: Context,
  token: string,
  { withUser }: Asked = { withUser: false },
): Promise<Tokens> {
  const { db, run, keys, settings } = context;
  const ours = await readRefreshToken(keys.refresh, token);
  if (!ours) throw new ApiError("invalid_refresh_token");
  const { sessionId } = ours;
  const [successor = ""] = await successorsOf(keys.refresh, ours, token);
  const use = { sessionId, tokenHash: await hashToken(token), successorHash: await hashToken(successor) };
  const replay = auditEvent(context, "session.replayed", null, {});
  const [{ rows }, account] = await run(
    Sessions.rotate(db, use, sessionLimits(settings), replay),
    withUser ? Users.findBySession(db, sessionId) : undefined,
  );
  const [session] = rows;
  if (!session || session.replayed) throw new ApiError("invalid_refresh_token");
  // The account may have been deleted since it rotated.
  const user = account?.[0];
  if (withUser && !user) throw new ApiError("invalid_refresh_token");
  const current = await followedTo(keys.refresh, ours, token, session.newer);
  if (current === undefined) throw new ApiError("invalid_refresh_token");
  return { ...(await tokens(context, { id: session.user_id, sessionId }, current)), user };
}

/**
 * Ends the session of a refresh token, even a superseded one, or else that of a signed-in caller. Does nothing if it
 * has already ended.
 */
export async function signOut(
  context: Context,
  who: { refreshToken?: string | undefined; caller?: SessionCaller | undefined },
) {
  const { refreshToken, caller } = who;
  await end(context, (refreshToken && (await sessionOf(context.keys.refresh, refreshToken))) || caller?.sessionId);
}

/** Ends the session of an access or refresh token (RFC 7009). Does nothing for any other token. */
export async function revoke(context: Context, token: string): Promise<void> {
  const { keys, settings, now } = context;
  const claims = await verifyAccessToken(keys.token, token, tokenPolicy(settings), now());
  await end(context, claims?.sid ?? (await sessionOf(keys.refresh, token)));
}

async function end(context: Context, sessionId: string | undefined): Promise<void> {
  if (!sessionId) return;
  const event = auditEvent(context, "session.ended", null, { session_id: sessionId });
  await context.run(Sessions.signOut(context.db, sessionId, event));
}

/** The lifetimes of sessions in the settings. */
function sessionLimits(settings: Settings): SessionLimits {
  return {
    idleDays: settings.SESSION_IDLE_DAYS,
    absoluteDays: settings.SESSION_ABSOLUTE_DAYS,
    graceSeconds: settings.REFRESH_GRACE_SECONDS,
  };
}

async function tokens({ keys, settings, now }: Context, user: SessionCaller, refreshToken: string): Promise<Tokens> {
  const policy = tokenPolicy(settings);
  return {
    access_token: await signAccessToken(keys.token, user, policy, now()),
    token_type: "bearer",
    expires_in: policy.lifetimeSeconds,
    refresh_token: refreshToken,
  };
}
