import { v7 as uuidv7 } from "uuid";
import type { Variables } from "../context/types.ts";
import { type Account, OneTimeTokens } from "../crud/one-time-tokens.ts";
import { lifetimeHours, newSeed, tokenOfSeed } from "../security/one-time-tokens.ts";
import { hashToken } from "../security/refresh-tokens.ts";
import type { AuditKind, Purpose } from "../values.ts";
import { type AuditContext, auditEvent } from "./audit.ts";

type Context = AuditContext & Pick<Variables, "keys" | "outbox">;
type Issue = {
  purpose: Purpose;
  account: Account;
  event: Extract<
    AuditKind,
    "account.created" | "email.verification_requested" | "email.change_requested" | "password.reset_requested"
  >;
  mailbox?: string;
};

/** The bounds on the links of one purpose for one account; crud/mails.ts bounds all mail to a mailbox. */
export const linkLimits = { cooldownSeconds: 60, mailsPerHour: 10 };

/**
 * Makes the statement that issues a mailed token and records its cause, and queues the mail to follow the answer. The
 * work is the same for an unknown account.
 */
export async function issueMailedToken(context: Context, { purpose, account, event, mailbox }: Issue) {
  const mail = { id: uuidv7(), seed: newSeed(), pepper: context.keys.mailbox };
  const tokenHash = await hashToken(await tokenOfSeed(context.keys.mail, mail.seed));
  const lifetimeSeconds = lifetimeHours[purpose] * 60 * 60;
  const token = {
    purpose,
    tokenHash,
    lifetimeSeconds,
    ...linkLimits,
    mail,
    ...(mailbox && { mailbox }),
  };
  const row = auditEvent(context, event, "id" in account ? account.id : null, {});
  context.outbox.push(mail.id);
  return { statement: OneTimeTokens.issue(context.db, account, token, row) };
}
