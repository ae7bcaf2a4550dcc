import { v7 as uuidv7 } from "uuid";
import type { Deps, Variables } from "../context/types.ts";
import { type ClaimedMail, Mails } from "../crud/mails.ts";
import { describeError } from "../log.ts";
import type { MailKind } from "../mail/kind.ts";
import { mailKindOf } from "../mail/kinds.ts";
import { type Transport, TransportError } from "../mail/transports.ts";
import { tokenOfSeed } from "../security/one-time-tokens.ts";
import { hashToken } from "../security/refresh-tokens.ts";
import type { Settings } from "../settings.ts";

type Context = Pick<Variables, "db" | "run" | "keys" | "settings"> & Pick<Deps, "transport" | "log">;
type Post = { transport: Transport; from: NonNullable<Settings["MAIL_FROM"]>; frontendUrl: string };

const maxAttempts = 10;
/** The mails that one call of {@link sendDueMails} takes. */
export const mailsAtOnce = 50;
/** The connections that a Worker may have open at once, minus one for the database. */
const parallel = 5;
/** Days for which an outage of the provider kills no mail. */
const patienceDays = 5;
/** Longer than a batch takes if every mail of it times out. */
const leaseSeconds = 300;

/**
 * Makes the statement that puts a mail into the outbox, for the batch of its cause; the mail follows the answer.
 * `happened` is checked after the preceding statements. docs/limits.md has the bounds.
 */
export function mailTo<Data extends { name: string }>(
  { db, outbox, keys }: Pick<Variables, "db" | "outbox" | "keys">,
  kind: MailKind<Data>,
  to: { userId: string; address: string },
  data: Data,
  happened?: Parameters<typeof Mails.insert>[3],
) {
  const id = uuidv7();
  outbox.push(id);
  const mail = { id, userId: to.userId, kind: kind.name, recipient: to.address, data };
  return Mails.insert(db, mail, keys.mailbox, happened);
}

/**
 * Sends at most {@link mailsAtOnce} due mails, or only those of `ids`, and answers the number sent. A mail that fails is
 * retried after 1, 2, 4, … minutes, and kept as dead after the last try. The batch ends with an outage of the provider,
 * or where it may not go on.
 */
export async function sendDueMails(
  context: Context,
  ids?: readonly string[],
  mayGoOn: (sent: number) => boolean = () => true,
): Promise<number> {
  const { db, run } = context;
  const post = postFor(context);
  if (!post) {
    if (!ids) await warnOfWaitingMails(context);
    return 0;
  }
  const claim = { limit: mailsAtOnce, leaseSeconds, ...(ids && { ids }) };
  const { rows } = await run(Mails.claim(db, claim));
  let sent = 0;
  for (let next = 0; next < rows.length; next += parallel) {
    const outcomes = await Promise.all(rows.slice(next, next + parallel).map((mail) => sendMail(context, post, mail)));
    sent += outcomes.filter((outcome) => outcome === "sent").length;
    if (!outcomes.includes("outage") && mayGoOn(next + parallel)) continue;
    const rest = rows.slice(next + parallel);
    if (rest.length > 0) await run(Mails.release(db, rest));
    break;
  }
  return sent;
}

function postFor({ transport: transportFor, settings }: Context): Post | undefined {
  const { MAIL_FROM: from, FRONTEND_URL: frontendUrl } = settings;
  const transport = transportFor(settings);
  return transport && from && frontendUrl ? { transport, from, frontendUrl } : undefined;
}

async function warnOfWaitingMails({ db, run, log }: Context): Promise<void> {
  const [due] = await run(Mails.countDue(db));
  if (due?.count) log({ level: "warn", message: "mail", reason: "no transport is configured", waiting: due.count });
}

async function sendMail(
  context: Context,
  { transport, from, frontendUrl }: Post,
  claimed: ClaimedMail,
): Promise<"sent" | "failed" | "outage"> {
  const { db, run, keys, settings, log } = context;
  const { id, kind, recipient: to, data, attempts } = claimed;
  const about = { message: "mail", mail_id: id, kind, attempts };
  try {
    const kindOf = mailKindOf(kind);
    const token = kindOf?.link?.withToken && (await tokenOfSeed(keys.mail, data.seed ?? ""));
    const obsolete = token !== undefined && (await hashToken(token)) !== claimed.live_hash;
    const place = { project: settings.PROJECT_NAME, frontendUrl, at: new Date(claimed.created_at) };
    const content = await kindOf?.compose(data, place, token);
    const hopeless = obsolete ? "its token is no longer good" : attempts > maxAttempts ? "too many tries" : undefined;
    if (hopeless || !content) {
      const reason = hopeless ?? (kindOf ? "its data is not that of its kind" : "there is no such kind of mail");
      await run(Mails.markFailed(db, claimed, { reason, retryInSeconds: undefined }));
      log({ level: obsolete ? "info" : "error", ...about, outcome: "dropped", reason });
      return "failed";
    }
    await transport({ id, from, to, ...content }).catch((error: unknown) => {
      throw error instanceof TransportError ? error : new TransportError("the transport failed");
    });
    // Marking twice is harmless; sending twice is not.
    const mark = () => run(Mails.markSent(db, id), claimed.is_probe ? Mails.closeCircuit(db) : undefined);
    await mark().catch(mark);
    log({ level: "info", ...about, outcome: "sent" });
    return "sent";
  } catch (error) {
    await fail(context, claimed, error);
    return error instanceof TransportError && error.outage ? "outage" : "failed";
  }
}

function isOld({ created_at }: ClaimedMail): boolean {
  return Date.now() - Date.parse(created_at) > patienceDays * 24 * 60 * 60 * 1_000;
}

async function fail({ db, run, log }: Context, mail: ClaimedMail, error: unknown): Promise<void> {
  const { id: mail_id, kind, attempts } = mail;
  const known = error instanceof TransportError;
  const reason = known ? error.message : "it could not be composed or recorded";
  const isOutage = known && error.outage;
  if (isOutage) await run(Mails.openCircuit(db, error.retryIn)).catch(() => undefined);
  const mayWait = isOutage ? !isOld(mail) : attempts < maxAttempts;
  const retryInSeconds = mayWait ? (isOutage ? "outage" : 60 * 2 ** (attempts - 1)) : undefined;
  const outcome = retryInSeconds === undefined ? "dead" : "failed";
  const level = outcome === "dead" ? "error" : "warn";
  log({ level, message: "mail", mail_id, kind, attempts, outcome, reason, ...(!known && describeError(error)) });
  // If this fails too, the mail is due again at the end of its lease.
  await run(Mails.markFailed(db, mail, { reason, retryInSeconds })).catch(() => undefined);
}
