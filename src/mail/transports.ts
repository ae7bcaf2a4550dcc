import { calling, OutboundError } from "../http/outbound.ts";
import { inTime } from "../in-time.ts";
import type { Sender } from "../setting-values.ts";
import { type Settings, transportSettings } from "../settings.ts";

/** A mail, ready to be sent. Retries keep its `id`. */
export type Mail = { id: string; from: Sender; to: string; subject: string; text: string; html: string };

/** Delivers one mail, or throws a {@link TransportError}. `mayRepeat` is asked before each call but the first. */
export type Transport = (mail: Mail, mayRepeat?: MayRepeat) => Promise<void>;
type MayRepeat = () => boolean;

/**
 * The reason why a mail was not sent, in our own words: a provider's may repeat an address or a secret. An `outage` is not
 * the mail's fault: the provider is down, or refuses all of ours. It may ask to wait `retryIn` seconds.
 */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly outage: boolean;
  readonly retryIn: number | undefined;

  constructor(message: string, { outage = false, retryIn }: { outage?: boolean; retryIn?: number | undefined } = {}) {
    super(message);
    this.outage = outage;
    this.retryIn = retryIn;
  }
}

/** Answers that all mails would get: a revoked key, a limit, a redirect, a provider in trouble. */
function isOutage(status: number): boolean {
  return status < 400 || status >= 500 || [401, 402, 403, 408, 429].includes(status);
}

const timeoutMilliseconds = 10_000;

type Name = (typeof transportSettings)[number];

/** The transport that each setting names. */
const transports: { [Setting in Name]: (value: NonNullable<Settings[Setting]>) => Transport } = {
  MAIL_ENDPOINT: (url) => (mail, mayRepeat) => post(url, {}, mail, mayRepeat),
  RESEND_API_KEY: resend,
  EMAIL: cloudflare,
};

/** The transport that the settings name, if any. */
export function transportFor(settings: Settings): Transport | undefined {
  return transportSettings.map((name) => transportBy(name, settings)).find((transport) => transport !== undefined);
}

function transportBy<Setting extends Name>(name: Setting, { [name]: value }: Settings): Transport | undefined {
  return value === undefined ? undefined : transports[name](value);
}

/** Cloudflare's `send_email` binding. It knows no idempotency key: after a lost answer a mail can arrive twice. */
function cloudflare(binding: SendEmail): Transport {
  return async ({ from, to, subject, text, html }) => {
    try {
      const sending = binding.send({ from, to, subject, text, html });
      await inTime(
        sending,
        timeoutMilliseconds,
        () => new TransportError("EMAIL did not answer in time", { outage: true }),
      );
    } catch (error) {
      if (error instanceof TransportError) throw error;
      const code = codeOf(error);
      throw new TransportError(`EMAIL refused${code && `: ${code}`}`, { outage: !ofOneMail.test(code) });
    }
  };
}

/** https://resend.com/docs/api-reference/emails/send-email; the same id within 24 hours is sent once. */
function resend(key: string): Transport {
  return ({ id, from, to, subject, text, html }, mayRepeat) =>
    post(
      "https://api.resend.com/emails",
      { Authorization: `Bearer ${key}`, "Idempotency-Key": id },
      { from: `${from.name} <${from.email}>`, to: [to], subject, text, html },
      mayRepeat,
    );
}

async function post(url: string, headers: HeadersInit, body: object, mayRepeat?: MayRepeat): Promise<void> {
  try {
    const answer = await calling({}, { mayRepeat }).post(url, { headers, json: body });
    await answer.body?.cancel();
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const { message, status, retryAfter } = error;
    throw new TransportError(message, { outage: status === undefined || isOutage(status), retryIn: retryAfter });
  }
}

/** Cloudflare's errors carry a code such as `E_RATE_LIMIT_EXCEEDED`. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^[A-Z_]{1,50}$/.test(code) ? code : "";
}

/** The codes that blame one mail: https://developers.cloudflare.com/email-service/ */
const ofOneMail = /RECIPIENT|VALIDATION|CONTENT|HEADER|FIELD|TOO_LARGE/;
