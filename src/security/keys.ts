/** The keys of one isolate, each for one purpose, all derived from `SECRET_KEY` (HKDF-SHA-256, RFC 5869). */
export type Keys = { token: CryptoKey; cursor: CryptoKey; refresh: CryptoKey; mail: CryptoKey; throttle: CryptoKey };

/** One entry, since an isolate has one `SECRET_KEY`; holds values, because a promise must not outlive its request. */
const cache = new Map<string, Keys>();

/** Imports the keys once per isolate: importing costs more than signing. */
export async function keysFor(secretKey: string): Promise<Keys> {
  const known = cache.get(secretKey);
  if (known) return known;
  const secret = await crypto.subtle.importKey("raw", new TextEncoder().encode(secretKey), "HKDF", false, [
    "deriveKey",
  ]);
  const [token, cursor, refresh, mail, throttle] = await Promise.all([
    derive(secret, "access token"),
    derive(secret, "cursor"),
    derive(secret, "refresh token"),
    derive(secret, "mail token"),
    derive(secret, "throttle"),
  ]);
  const keys = { token, cursor, refresh, mail, throttle };
  cache.clear();
  cache.set(secretKey, keys);
  return keys;
}

function derive(secret: CryptoKey, purpose: string): Promise<CryptoKey> {
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: new TextEncoder().encode(`plinth ${purpose}`) },
    secret,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    ["sign", "verify"],
  );
}
