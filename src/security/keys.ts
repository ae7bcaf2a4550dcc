import type { MacKeys } from "./mac-keys.ts";
import { type Algorithm, importRing, type KeyRing, type SigningKey, withThumbprint } from "./signing-keys.ts";

/**
 * The keys of one isolate, each for one purpose, of the ring in `SECRET_KEY`. Those of its first alone count and cache:
 * nothing that anybody holds depends on them. `mailbox` travels to the database and seals its hashes.
 */
export type Keys = {
  token: KeyRing;
  cursor: MacKeys;
  refresh: MacKeys;
  mail: MacKeys;
  throttle: MacKeys;
  apiKey: MacKeys;
  cache: CryptoKey;
  mailbox: string;
};

/** The ring of `SECRET_KEY`: the first key makes, and each of them is accepted. */
export type SecretKeyRing = readonly [string, ...string[]];

/** The sources of the keys: `SECRET_KEY`, by HKDF (RFC 5869), for all but those of a configured ring. */
export type KeySettings = { SECRET_KEY: SecretKeyRing; ALGORITHM: Algorithm; SIGNING_KEYS?: SigningKey[] | undefined };

/** One entry per isolate, like settings. Holds values: a promise must not outlive its request. */
const known = new WeakMap<KeySettings, Keys>();

/** Imports the keys once per isolate: importing costs more than signing. Rejects for an unusable signing key. */
export async function keysFor(settings: KeySettings): Promise<Keys> {
  const imported = known.get(settings);
  if (imported) return imported;
  const { SECRET_KEY, ALGORITHM, SIGNING_KEYS } = settings;
  const [newest, ...older] = SECRET_KEY;
  const ringOf = async (purpose: string): Promise<MacKeys> => [
    await derive(newest, purpose),
    ...(await Promise.all(older.map((key) => derive(key, purpose)))),
  ];
  const [token, cursor, refresh, mail, throttle, apiKey, cache, mailbox] = await Promise.all([
    importRing(SIGNING_KEYS ?? (await Promise.all(SECRET_KEY.map(derivedSigningKey))), ALGORITHM),
    ringOf("cursor"),
    ringOf("refresh token"),
    ringOf("mail token"),
    ringOf("throttle"),
    ringOf("api key"),
    derive(newest, "cache"),
    deriveBytes(newest, "mailbox"),
  ]);
  const named = { token, cursor, refresh, mail, throttle, apiKey, cache };
  const keys = { ...named, mailbox: Buffer.from(mailbox).toString("base64url") };
  known.set(settings, keys);
  return keys;
}

/** The HS256 key of a deployment without a configured ring. */
export async function derivedSigningKey(secretKey: string): Promise<SigningKey> {
  const bytes = await deriveBytes(secretKey, "access token");
  return withThumbprint({ kty: "oct", k: Buffer.from(bytes).toString("base64url") });
}

async function derive(secretKey: string, purpose: string): Promise<CryptoKey> {
  const bytes = await deriveBytes(secretKey, purpose);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

async function deriveBytes(secretKey: string, purpose: string): Promise<ArrayBuffer> {
  const secret = await crypto.subtle.importKey("raw", new TextEncoder().encode(secretKey), "HKDF", false, [
    "deriveBits",
  ]);
  const info = new TextEncoder().encode(`plinth ${purpose}`);
  return crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info }, secret, 256);
}
