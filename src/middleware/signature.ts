import type { MiddlewareHandler } from "hono";
import { type Period, secondsIn } from "../context/policy.ts";
import type { AppEnv, WebhookEnv } from "../context/types.ts";
import { ApiError } from "../errors.ts";
import { headerParameter } from "../http/headers.ts";
import {
  type KnownScheme,
  placeOf,
  type SignatureScheme,
  schemeOf,
  verifyDelivery,
  webhookKey,
} from "../security/webhooks.ts";
import type { WebhookSecrets } from "../setting-values.ts";
import { type Settings, SettingsError, type SigningSecret } from "../settings.ts";
import { whole } from "./bounded-body.ts";

/** The sender who signs an endpoint's calls. */
export type Signed = {
  /** The scheme by its name, or one of your own. */
  by: KnownScheme | SignatureScheme;
  /** The setting that holds the secret. */
  secret: SigningSecret;
  /** The difference that the time of a call may have from ours; 5 minutes by default. */
  tolerance?: Period;
};

/**
 * Answers 403 `invalid_signature` unless the body, within these seconds, is signed as declared, and tells the log why. Gives
 * the handler the event's id. Answers 503 `misconfigured` without a usable secret.
 */
export function verifySignature(signed: Signed, seconds: number): MiddlewareHandler<AppEnv & Partial<WebhookEnv>> {
  const scheme = schemeOf(signed.by);
  const tolerance = secondsIn(signed.tolerance ?? "5m");
  const known = new WeakMap<Settings, CryptoKey[]>();
  return async (c, next) => {
    const { settings, facts, now } = c.var;
    const keys = known.get(settings) ?? (await keysOf(settings, signed.secret, scheme));
    known.set(settings, keys);
    const body = await whole(c.req.arrayBuffer(), seconds);
    const verdict = await verifyDelivery(scheme, keys, { headers: c.req.raw.headers, body }, { now: now(), tolerance });
    if ("fault" in verdict) {
      facts.signature = verdict.fault;
      throw new ApiError("invalid_signature");
    }
    c.set("webhook", verdict);
    return next();
  };
}

/** Imports each secret of a setting, once for each isolate. */
async function keysOf(settings: Settings, name: string, scheme: SignatureScheme): Promise<CryptoKey[]> {
  const all: Record<string, unknown> = settings;
  // createApp refuses a setting of another kind.
  const { secrets = [] } = Object(all[name]) as Partial<WebhookSecrets>;
  const keys = await Promise.all(secrets.map((secret) => webhookKey(scheme, secret)));
  const usable = keys.filter((key) => key !== undefined);
  if (secrets.length > 0 && usable.length === secrets.length) return usable;
  const problem = secrets.length === 0 ? "is missing" : "must hold 24 bytes or more in base64";
  throw new ApiError("misconfigured", { cause: new SettingsError([`${name} ${problem}`]) });
}

/** The headers that a signed call has beside its signature, for the document. */
export function signatureHeaders({ by }: Signed) {
  const { id, timestamp, signature } = schemeOf(by);
  const told = [
    [id, "The id of the event, the same in each repetition"],
    [timestamp, "Seconds since 1970"],
  ] as const;
  return told.flatMap(([part, description]) => {
    const { header } = placeOf(part ?? signature);
    return header === placeOf(signature).header ? [] : { ...headerParameter(header, description), required: true };
  });
}

/** The security scheme of a signed call, by its name in the document. */
export function securitySchemeOf({ by }: Signed) {
  const { signature, content, encoding } = schemeOf(by);
  const { header: name, prefix = "" } = placeOf(signature);
  const description = `${prefix && `\`${prefix}\` and `}the HMAC-SHA-256 of \`${content}\` in ${encoding}`;
  return { [name]: { type: "apiKey", in: "header", name, description } } as const;
}

/** The sender, as a noun. */
export function signerOf({ by }: Signed): string {
  return `a sender that signs ${typeof by === "string" ? `as \`${by}\`` : `in \`${placeOf(by.signature).header}\``}`;
}
