import { randomBytes } from "node:crypto";
import type { MacKeys } from "./mac-keys.ts";
import { hashToken } from "./refresh-tokens.ts";
import { hexOf, uuidOf } from "./uuid.ts";

/** Begins every key, so that scanners for secrets find one that leaked. */
const prefix = "plk_";

/** 43 of these have 256 bits, and a double click selects all of them. */
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const secretLength = 43;
const checksumLength = 11;

/** Places the ids of key and owner, 32 hex digits each, between the environment and the secret. */
const pattern = /^plk_([a-z]+)_([0-9a-f]{32})([0-9a-f]{32})_([0-9A-Za-z]{43})([0-9A-Za-z]{11})$/;
const longest = 200;
const encoder = new TextEncoder();

/** The environment whose keys are meant, and the keys of its checksums. */
export type KeyIssuer = { environment: string; keys: MacKeys };

/** The ids of a key and of its owner, a user or an organization. */
type KeyIds = { id: string; ownerId: string };
/** A key as it came, without its secret. */
export type UsedKey = KeyIds & { secretHash: string };

/** True if a token claims to be an API key, as no access token does. */
export function looksLikeApiKey(token: string): boolean {
  return token.slice(0, prefix.length).toLowerCase() === prefix;
}

/** Makes a secret, answers the text to show once and the hash to store. */
export async function newApiKey(
  issuer: KeyIssuer,
  { id, ownerId }: KeyIds,
): Promise<{ text: string; secretHash: string }> {
  const secret = newSecret();
  const body = `${prefix}${issuer.environment}_${hexOf(id)}${hexOf(ownerId)}_${secret}`;
  return { text: `${body}${await checksumOf(issuer.keys[0], body)}`, secretHash: await hashToken(secret) };
}

/**
 * Reads a key that we issued here; `undefined` for any other text. The checksum is keyed, so that nobody can make texts
 * that cost a query. Does not ask the database.
 */
export async function parseApiKey(issuer: KeyIssuer, text: string): Promise<UsedKey | undefined> {
  if (text.length > longest) return undefined;
  const [, environment, id = "", ownerId = "", secret = "", checksum = ""] = pattern.exec(text) ?? [];
  if (environment !== issuer.environment) return undefined;
  const body = text.slice(0, -checksumLength);
  const expected = await Promise.all(issuer.keys.map((key) => checksumOf(key, body)));
  if (!expected.some((one) => isSame(checksum, one))) return undefined;
  return { id: uuidOf(id), ownerId: uuidOf(ownerId), secretHash: await hashToken(secret) };
}

/** Some 64 bits of a MAC, in the alphabet of the secret. */
async function checksumOf(key: CryptoKey, body: string): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(body));
  return inAlphabet(new Uint8Array(mac, 0, checksumLength));
}

/** Compares texts of one length in constant time. */
function isSame(given: string, expected: string): boolean {
  let difference = given.length ^ expected.length;
  for (let i = 0; i < expected.length; i++) difference |= given.charCodeAt(i) ^ expected.charCodeAt(i);
  return difference === 0;
}

/** Draws again whatever would make the first characters likelier than others. */
function newSecret(): string {
  const fair = 256 - (256 % alphabet.length);
  let secret = "";
  while (secret.length < secretLength) {
    secret += inAlphabet(randomBytes(secretLength).filter((byte) => byte < fair)).slice(
      0,
      secretLength - secret.length,
    );
  }
  return secret;
}

function inAlphabet(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += alphabet[byte % alphabet.length];
  return text;
}
