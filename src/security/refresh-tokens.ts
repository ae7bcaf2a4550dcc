import { keyOfMac, type MacKeys } from "./mac-keys.ts";
import { hexOf, uuidOf } from "./uuid.ts";

/**
 * Opaque refresh tokens: a session's id, 256 secret bits, and a MAC that exposes a forged token without a database query.
 * Base64url, 107 characters.
 */
const idBytes = 16;
const secretBytes = 32;
const macBytes = 32;

/** The first token of a session. */
export function newRefreshToken([key]: MacKeys, sessionId: string): Promise<string> {
  return seal(key, sessionId, crypto.getRandomValues(new Uint8Array(secretBytes)));
}

/**
 * Derives the tokens that can follow one of ours, so that parallel uses and retries after a lost answer get the same: one
 * for each key of the ring, since isolates differ in the order of their rings while it rotates. The first is ours.
 */
export async function successorsOf(keys: MacKeys, { sessionId, key }: OurToken, token: string): Promise<string[]> {
  const secret = new Uint8Array(await crypto.subtle.sign("HMAC", key, encode(`successor of ${token}`)));
  return Promise.all(keys.map((one) => seal(one, sessionId, secret)));
}

/**
 * The token that followed one of ours by as many rotations as there are hashes, of the newest token first. Each may have
 * been made by another key of the ring; undefined if one was made by a key that is not in it.
 */
export async function followedTo(
  keys: MacKeys,
  { sessionId, key: first }: OurToken,
  token: string,
  hashes: readonly string[],
): Promise<string | undefined> {
  let [at, key] = [token, first];
  for (const hash of hashes.toReversed()) {
    const tokens = await successorsOf(keys, { sessionId, key }, at);
    const index = (await Promise.all(tokens.map(hashToken))).indexOf(hash);
    const [nextToken, nextKey] = [tokens[index], keys[index]];
    if (nextToken === undefined || nextKey === undefined) return undefined;
    [at, key] = [nextToken, nextKey];
  }
  return at;
}

type OurToken = { sessionId: string; key: CryptoKey };

/** The session of this token; `undefined` for a string that we did not issue. */
export async function sessionOf(keys: MacKeys, token: string): Promise<string | undefined> {
  return (await readRefreshToken(keys, token))?.sessionId;
}

/** The session of this token, and the key that sealed it; `undefined` for a string that we did not issue. */
export async function readRefreshToken(keys: MacKeys, token: string): Promise<OurToken | undefined> {
  const bytes = new Uint8Array(Buffer.from(token, "base64url"));
  if (bytes.length !== idBytes + secretBytes + macBytes || token.length !== 107) return undefined;
  const content = bytes.slice(0, idBytes + secretBytes);
  const key = await keyOfMac(keys, bytes.slice(content.length), content);
  if (!key) return undefined;
  return { sessionId: uuidOf(Buffer.from(content.subarray(0, idBytes)).toString("hex")), key };
}

/** The stored form of an opaque token: SHA-256, base64url. Its entropy makes a salt and a slow hash unnecessary. */
export async function hashToken(token: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", encode(token))).toString("base64url");
}

async function seal(key: CryptoKey, sessionId: string, secret: Uint8Array): Promise<string> {
  const content = Uint8Array.from(Buffer.concat([Buffer.from(hexOf(sessionId), "hex"), secret]));
  const mac = await crypto.subtle.sign("HMAC", key, content);
  return Buffer.concat([content, Buffer.from(mac)]).toString("base64url");
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text));
}
