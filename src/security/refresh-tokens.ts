/**
 * Opaque refresh tokens: a session's id, 256 secret bits, and a MAC that exposes a forged token without a database query.
 * Base64url, 107 characters.
 */
const idBytes = 16;
const secretBytes = 32;
const macBytes = 32;

/** The first token of a session. */
export function newRefreshToken(key: CryptoKey, sessionId: string): Promise<string> {
  return seal(key, sessionId, crypto.getRandomValues(new Uint8Array(secretBytes)));
}

/**
 * Derives the only token that can follow this one, so that parallel uses and retries after a lost answer get the same.
 */
export async function successorOf(key: CryptoKey, sessionId: string, token: string): Promise<string> {
  const secret = await crypto.subtle.sign("HMAC", key, encode(`successor of ${token}`));
  return seal(key, sessionId, new Uint8Array(secret));
}

/** The session of this token; `undefined` for a string that we did not issue. */
export async function sessionOf(key: CryptoKey, token: string): Promise<string | undefined> {
  const bytes = new Uint8Array(Buffer.from(token, "base64url"));
  if (bytes.length !== idBytes + secretBytes + macBytes || token.length !== 107) return undefined;
  const content = bytes.slice(0, idBytes + secretBytes);
  if (!(await crypto.subtle.verify("HMAC", key, bytes.slice(content.length), content))) return undefined;
  const hex = Buffer.from(content.subarray(0, idBytes)).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The stored form of an opaque token: SHA-256, base64url. Its entropy makes a salt and a slow hash unnecessary. */
export async function hashToken(token: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", encode(token))).toString("base64url");
}

async function seal(key: CryptoKey, sessionId: string, secret: Uint8Array): Promise<string> {
  const content = Uint8Array.from(Buffer.concat([Buffer.from(sessionId.replaceAll("-", ""), "hex"), secret]));
  const mac = await crypto.subtle.sign("HMAC", key, content);
  return Buffer.concat([content, Buffer.from(mac)]).toString("base64url");
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text));
}
