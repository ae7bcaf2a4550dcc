import { v7 as uuidv7 } from "uuid";
import type { Deps, Variables } from "../context/types.ts";
import { Mails } from "../crud/mails.ts";
import type { MailKind } from "../mail/kind.ts";
import { mailKindOf } from "../mail/kinds.ts";
import { type Transport, TransportError } from "../mail/transports.ts";
import { tokensOfSeed } from "../security/one-time-tokens.ts";
import { hashToken } from "../security/refresh-tokens.ts";
import type { Settings } from "../settings.ts";

type Post = { transport: Transport; from: NonNullable<Settings["MAIL_FROM"]>; frontendUrl: string };

/**
 * Makes the statement that writes a mail, for the batch of its cause. A task sends it right after the answer.
 * `userId` is null for somebody without an account, such as a customer. `when` is checked after the preceding statements.
 * docs/limits.md has the bounds.
 */
export function mailTo<Data extends { name: string }>(
  { db, outbox, keys, requestId }: Pick<Variables, "db" | "outbox" | "keys"> & { requestId: string | undefined },
  kind: MailKind<Data>,
  to: { userId: string | null; address: string },
  data: Data,
  when?: Parameters<typeof Mails.insert>[3],
) {
  const id = uuidv7();
  outbox.push(id);
  const mail = { id, userId: to.userId, kind: kind.name, recipient: to.address, data, requestId };
  return Mails.insert(db, mail, keys.mailbox, when);
}

/** The way to send mail that the settings name, if there is one. */
export function postOf({
  transport: transportFor,
  settings,
}: Pick<Variables, "settings" | "transport">): Post | undefined {
  const { MAIL_FROM: from, FRONTEND_URL: frontendUrl } = settings;
  const transport = transportFor(settings);
  return transport && from && frontendUrl ? { transport, from, frontendUrl } : undefined;
}

type Context = Pick<Variables, "db" | "run" | "keys" | "settings"> &
  Pick<Deps, "transport" | "log"> & { mayRepeat: () => boolean };

/**
 * Sends a mail, unless it was sent, its account was purged or its token is no longer good. Answers the reason why it can
 * never be sent, if there is one. Throws a {@link TransportError}.
 */
export async function postMail(context: Context & { step: Context["run"] }, id: string): Promise<string | undefined> {
  const { db, step, run, keys, settings, log, mayRepeat } = context;
  const post = postOf(context);
  if (!post) throw new TransportError("no transport is configured", { outage: true });
  const [mail] = (await step(Mails.find(db, id))).rows;
  if (!mail) return undefined;
  const { transport, from, frontendUrl } = post;
  const { kind, recipient: to, data, live_hash } = mail;
  const about = { level: "info" as const, message: "mail", mail_id: id, kind };
  const kindOf = mailKindOf(kind);
  if (!kindOf) return "There is no such kind of mail.";
  const withToken = kindOf.link?.withToken === true;
  const token = withToken ? await tokenOfHash(await tokensOfSeed(keys.mail, data.seed ?? ""), live_hash) : undefined;
  if (withToken && token === undefined) {
    log({ ...about, outcome: "dropped", reason: "its token is no longer good" });
    return undefined;
  }
  const occasion = { project: settings.PROJECT_NAME, frontendUrl, at: new Date(mail.created_at) };
  const content = await kindOf.compose(data, occasion, token);
  if (!content) return "Its data is not that of its kind.";
  await transport({ id, from, to, ...content }, mayRepeat).catch((error: unknown) => {
    throw error instanceof TransportError ? error : new TransportError("the transport failed");
  });
  const mark = () => run(Mails.markSent(db, id));
  // Only the answer may have been lost. Otherwise the mail would be sent again.
  await mark().catch(async (cause: unknown) => {
    if (!mayRepeat()) throw cause;
    const isMarked = await Mails.sent(db, id).then(
      ({ rows }) => rows.length > 0,
      () => false,
    );
    if (isMarked) return;
    if (!mayRepeat()) throw cause;
    await mark();
  });
  log({ ...about, outcome: "sent" });
  return undefined;
}

/** The token in force, which a key may have made that is not the first any more. */
async function tokenOfHash(tokens: string[], hash: string | null): Promise<string | undefined> {
  const hashes = await Promise.all(tokens.map(hashToken));
  return tokens[hashes.indexOf(hash ?? "")];
}
