import type { UserEnv, Variables } from "../context/types.ts";
import { OneTimeTokens } from "../crud/one-time-tokens.ts";
import { ApiError, limitReached } from "../errors.ts";
import { hashToken } from "../security/refresh-tokens.ts";
import { type AuditContext, auditEvent } from "./audit.ts";
import { issueMailedToken } from "./one-time-tokens.ts";
import { requirePassword } from "./recovery.ts";

type Context = AuditContext & Pick<Variables, "run" | "keys" | "outbox">;
type UserContext = Context & Pick<UserEnv["Variables"], "user" | "passwords">;

/** Mails a new verification link, if the address belongs to an account that needs one. */
export async function requestVerification(context: Context, email: string): Promise<void> {
  const { statement } = await issueMailedToken(context, {
    purpose: "verify_email",
    account: { email, unverified: true },
    event: "email.verification_requested",
  });
  await context.run(statement);
}

/** Marks the mailbox of a token as its owner's. Repeating it is no error. Throws `invalid_one_time_token`. */
export async function confirmMailbox(context: Context, token: string): Promise<void> {
  const event = auditEvent(context, "email.verified", null, {});
  const tokenHash = await hashToken(token);
  // Separate, because only a later statement sees commits made while the first one waited for the row.
  const [used, verified] = await context.run(
    OneTimeTokens.useToVerify(context.db, tokenHash, event),
    OneTimeTokens.findVerified(context.db, tokenHash, "verify_email"),
  );
  if (used.rows.length === 0 && verified.rows.length === 0) throw new ApiError("invalid_one_time_token");
}

/**
 * Mails a link to the new address and a notice to the old one. Checks the new address only on confirmation, so that
 * nobody learns which ones are registered. Throws like {@link requirePassword}.
 */
export async function requestEmailChange(
  context: UserContext,
  change: { email: string; current_password: string },
): Promise<void> {
  const { run } = context;
  const { user, remember } = await requirePassword(context, change.current_password);
  const { statement } = await issueMailedToken(context, {
    purpose: "change_email",
    account: { id: user.id, passwordHash: user.password_hash },
    event: "email.change_requested",
    mailbox: change.email,
  });
  const [issued] = await run(statement, ...remember());
  if (issued.rows.length > 0) return;
  const detail = "A link was sent to this address just now, or too many links were requested. Try again later.";
  throw limitReached("too_many_requests", "mail", 60, { detail });
}

/**
 * Makes the mailbox of a token the account's address. Repeating it is no error. Throws `invalid_one_time_token`,
 * `email_taken`.
 */
export async function confirmEmailChange(context: Context, token: string): Promise<void> {
  const event = auditEvent(context, "email.changed", null, {});
  const tokenHash = await hashToken(token);
  const [used, verified] = await context.run(
    OneTimeTokens.useToChangeEmail(context.db, tokenHash, event),
    OneTimeTokens.findVerified(context.db, tokenHash, "change_email"),
  );
  if (used.rows.length === 0 && verified.rows.length === 0) throw new ApiError("invalid_one_time_token");
}
