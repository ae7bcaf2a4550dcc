import { calling, OutboundError } from "../http/outbound.ts";
import type { Sender } from "../setting-values.ts";
import type { Settings } from "../settings.ts";

/** A mail, ready to be sent. Retries keep its `id`. */
export type Mail = { id: string; from: Sender; to: string; subject: string; text: string; html: string };

/** Delivers one mail, or throws a {@link TransportError}. */
export type Transport = (mail: Mail) => Promise<void>;

/** The reason why a mail was not sent, in our own words: a provider's may repeat an address or a secret. */
export class TransportError extends Error {
  override readonly name = "TransportError";
}

const timeoutMilliseconds = 10_000;

/** The transport that the settings name, if any. */
export function transportFor(settings: Settings): Transport | undefined {
  const { MAIL_ENDPOINT, EMAIL, RESEND_API_KEY } = settings;
  if (MAIL_ENDPOINT) return (mail) => post(MAIL_ENDPOINT, {}, mail);
  if (EMAIL) return cloudflare(EMAIL);
  if (RESEND_API_KEY) return resend(RESEND_API_KEY);
  return undefined;
}

/** Cloudflare's `send_email` binding. It knows no idempotency key: after a lost answer a mail can arrive twice. */
function cloudflare(binding: SendEmail): Transport {
  return async ({ from, to, subject, text, html }) => {
    try {
      await withinTime(binding.send({ from, to, subject, text, html }));
    } catch (error) {
      throw error instanceof TransportError ? error : new TransportError(`EMAIL refused${codeOf(error)}`);
    }
  };
}

/** https://resend.com/docs/api-reference/emails/send-email; the same id within 24 hours is sent once. */
function resend(key: string): Transport {
  return ({ id, from, to, subject, text, html }) =>
    post(
      "https://api.resend.com/emails",
      { Authorization: `Bearer ${key}`, "Idempotency-Key": id },
      { from: `${from.name} <${from.email}>`, to: [to], subject, text, html },
    );
}

async function post(url: string, headers: Record<string, string>, body: object): Promise<void> {
  try {
    const answer = await calling({}).post(url, { headers, json: body });
    await answer.body?.cancel();
  } catch (error) {
    throw error instanceof OutboundError ? new TransportError(error.message) : error;
  }
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TransportError("EMAIL did not answer in time")), timeoutMilliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Cloudflare's errors carry a code such as `E_RATE_LIMIT_EXCEEDED`. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^[A-Z_]{1,50}$/.test(code) ? `: ${code}` : "";
}
