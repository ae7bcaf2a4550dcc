import { randomBytes, timingSafeEqual } from "node:crypto";
import { keyedHash } from "./keyed-hash.ts";
import { hashToken } from "./refresh-tokens.ts";

/** Begins every key, so that scanners for secrets find one that leaked. */
const prefix = "plk_";

/** 43 of these have 256 bits, and a double click selects all of them. */
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const secretLength = 43;
const checksumLength = 11;

/** Places the ids of key and owner, 32 hex digits each, between the environment and the secret. */
const pattern = /^plk_([a-z]+)_([0-9a-f]{32})([0-9a-f]{32})_([0-9A-Za-z]{43})([0-9A-Za-z]{11})$/;
const longest = 200;

/** The environment whose keys are meant, and the key of its checksums. */
export type KeyIssuer = { environment: string; key: CryptoKey };

/** The ids of a key and of its owner, a user or an organisation. */
type KeyIds = { id: string; ownerId: string };
/** A key as it came, without its secret. */
export type UsedKey = KeyIds & { secretHash: string };

/** True for what claims to be an API key, and is no access token. */
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
  return { text: `${body}${await checksumOf(issuer, body)}`, secretHash: await hashToken(secret) };
}

/**
 * Reads a key that we issued here; `undefined` for any other text. The checksum is keyed, so that nobody can make texts that
 * cost a query. Does not ask the database.
 */
export async function parseApiKey(issuer: KeyIssuer, text: string): Promise<UsedKey | undefined> {
  if (text.length > longest) return undefined;
  const [, environment, id = "", ownerId = "", secret = "", checksum = ""] = pattern.exec(text) ?? [];
  if (environment !== issuer.environment) return undefined;
  const expected = await checksumOf(issuer, text.slice(0, -checksumLength));
  if (!timingSafeEqual(Buffer.from(checksum), Buffer.from(expected))) return undefined;
  return { id: uuidOf(id), ownerId: uuidOf(ownerId), secretHash: await hashToken(secret) };
}

/** Some 64 bits of a MAC, in the alphabet of the secret. */
async function checksumOf({ key }: KeyIssuer, body: string): Promise<string> {
  const mac = Buffer.from(await keyedHash(key, body), "base64url");
  return inAlphabet(mac.subarray(0, checksumLength));
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
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
}

function hexOf(uuid: string): string {
  return uuid.replaceAll("-", "").toLowerCase();
}

function uuidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
