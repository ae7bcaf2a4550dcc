import { timingSafeEqual } from "node:crypto";

/** A header, or those of its parts between `separator` that begin with `prefix`, without it. */
export type HeaderPart = string | { header: string; prefix?: string; separator?: string };

/** The way in which a sender of webhooks signs a body: by HMAC-SHA-256, with a secret that both know. */
export type SignatureScheme = {
  /** Every signature in it counts, as a sender that changes its secret signs by both. */
  signature: HeaderPart;
  encoding: "hex" | "base64";
  /** The signed text: `{body}`, behind `{id}.` and `{timestamp}.` where they are signed. */
  content: `${string}{body}`;
  /** Names the event, in each repetition of the call. It can be forged in a copy of a call unless `content` has it. */
  id?: HeaderPart;
  /** Seconds since 1970. */
  timestamp?: HeaderPart;
  /** The secret is the key in base64, with or without `whsec_` before it; otherwise it is the key itself. */
  key?: "base64";
};

/** The scheme of https://www.standardwebhooks.com, whose headers once began with the name of their maker. */
const standard = (name: string) =>
  ({
    id: `${name}-id`,
    timestamp: `${name}-timestamp`,
    signature: { header: `${name}-signature`, prefix: "v1,", separator: " " },
    encoding: "base64",
    content: "{id}.{timestamp}.{body}",
    key: "base64",
  }) as const;

/** Every scheme that has a name. */
export const signatureSchemes = {
  "standard-webhooks": standard("webhook"),
  svix: standard("svix"),
  stripe: {
    timestamp: { header: "Stripe-Signature", prefix: "t=", separator: "," },
    signature: { header: "Stripe-Signature", prefix: "v1=", separator: "," },
    encoding: "hex",
    content: "{timestamp}.{body}",
  },
  github: {
    id: "X-GitHub-Delivery",
    signature: { header: "X-Hub-Signature-256", prefix: "sha256=" },
    encoding: "hex",
    content: "{body}",
  },
  shopify: {
    id: "X-Shopify-Event-Id",
    signature: "X-Shopify-Hmac-Sha256",
    encoding: "base64",
    content: "{body}",
  },
  slack: {
    timestamp: "X-Slack-Request-Timestamp",
    signature: { header: "X-Slack-Signature", prefix: "v0=" },
    encoding: "hex",
    content: "v0:{timestamp}:{body}",
  },
} as const satisfies Record<string, SignatureScheme>;

export type KnownScheme = keyof typeof signatureSchemes;

/** True for the name of a scheme, and for what has the parts of one. */
export function isScheme(by: unknown): boolean {
  if (typeof by === "string") return Object.hasOwn(signatureSchemes, by);
  const { signature, content }: Partial<SignatureScheme> = { ...Object(by) };
  return typeof content === "string" && signature !== undefined && typeof placeOf(signature).header === "string";
}

/** The scheme of this name, or the one that is given. */
export function schemeOf(by: KnownScheme | SignatureScheme): SignatureScheme {
  return typeof by === "string" ? signatureSchemes[by] : by;
}

/** The place of a text in a header: the whole of it, unless more is said. */
export function placeOf(part: HeaderPart): { header: string; prefix?: string; separator?: string } {
  return typeof part === "string" ? { header: part } : part;
}

/** The least bytes of a key in base64, by the specification of Standard Webhooks. */
const minBytes = 24;

/** The key of a secret. Undefined for one that is no base64, or too short, where the scheme needs it. */
export async function webhookKey({ key }: SignatureScheme, secret: string): Promise<CryptoKey | undefined> {
  const text = key ? secret.replace(/^whsec_/, "") : secret;
  if (key && !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, key ?? "utf8");
  if (key && bytes.length < minBytes) return undefined;
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/** A call as it arrived. */
type Delivery = { headers: Headers; body: ArrayBuffer };
/** The reason of a refusal, for the log. */
export type SignatureFault = "missing" | "stale" | "wrong";

/**
 * Verifies a call, whose time may be `tolerance` seconds away from `now`, by any of these keys. Answers the event's id, "" if
 * the scheme has none, or the fault.
 */
export async function verifyDelivery(
  scheme: SignatureScheme,
  keys: readonly CryptoKey[],
  { headers, body }: Delivery,
  { now, tolerance }: { now: Date; tolerance: number },
): Promise<{ id: string } | { fault: SignatureFault }> {
  const signatures = partsOf(headers, scheme.signature);
  const id = onlyOf(headers, scheme.id, /^[\w=+/-]{1,200}$/);
  const time = onlyOf(headers, scheme.timestamp, /^\d{1,12}$/);
  if (signatures.length === 0 || id === undefined || time === undefined) return { fault: "missing" };
  if (scheme.timestamp && Math.abs(now.getTime() / 1_000 - Number(time)) > tolerance) return { fault: "stale" };
  const head = scheme.content.replace("{body}", "").replace("{id}", id).replace("{timestamp}", time);
  const content = Buffer.concat([Buffer.from(head), Buffer.from(body)]);
  for (const key of keys) {
    // One for each key, however many signatures there are: the caller decides their number, and the size of the body.
    const mac = Buffer.from(await crypto.subtle.sign("HMAC", key, content)).toString(scheme.encoding);
    if (signatures.some((signature) => isSame(signature, mac))) return { id };
  }
  return { fault: "wrong" };
}

/** The texts in a header that are not empty. */
function partsOf(headers: Headers, part: HeaderPart): string[] {
  const { header, prefix = "", separator } = placeOf(part);
  const value = headers.get(header) ?? "";
  const parts = separator === undefined ? [value] : value.split(separator);
  return parts.flatMap((one) => (one.startsWith(prefix) && one !== prefix ? one.slice(prefix.length) : []));
}

/**
 * The one text of this form in a header, which has no character of the separators in the signed content; "" if the scheme has
 * none. Undefined if it is missing, or there are several, of which each reader could take another.
 */
function onlyOf(headers: Headers, part: HeaderPart | undefined, form: RegExp): string | undefined {
  if (part === undefined) return "";
  const [one = "", ...others] = partsOf(headers, part);
  return others.length === 0 && form.test(one) ? one : undefined;
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
