import { timingSafeEqual } from "node:crypto";
import type { Purpose } from "../values.ts";
import type { MacKeys } from "./mac-keys.ts";

/** Lifetimes in hours, unless the token is used or replaced earlier. */
export const lifetimeHours: Record<Purpose, number> = { verify_email: 24, change_email: 24, reset_password: 1 };

/** 256 random bits, base64url, from which a token is derived. */
export function newSeed(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
}

/** Bytes of each half of a token: one is secret, the other seals it. */
const half = 16;

/**
 * Derives the tokens of a seed, one for each key: 256 bits, base64url. The outbox holds seeds, so that a copy of the
 * database, which lacks the keys, holds no token, and a retry of a mail carries the same one. The first key's is issued.
 */
export function tokensOfSeed(keys: MacKeys, seed: string): Promise<string[]> {
  return Promise.all(keys.map((key) => derived(key, seed)));
}

/** The token that is issued for a seed. */
export function tokenOfSeed([key]: MacKeys, seed: string): Promise<string> {
  return derived(key, seed);
}

async function derived(key: CryptoKey, seed: string): Promise<string> {
  const secret = await mac(key, new TextEncoder().encode(`token of ${seed}`));
  return Buffer.concat([secret, await mac(key, secret)]).toString("base64url");
}

/** True if this token is ours, used or replaced ones included. Does not ask the database. */
export async function isSealed(keys: MacKeys, token: string): Promise<boolean> {
  const bytes = Buffer.from(token, "base64url");
  if (bytes.length !== 2 * half || bytes.toString("base64url") !== token) return false;
  const seals = await Promise.all(keys.map((key) => mac(key, bytes.subarray(0, half))));
  return seals.some((seal) => timingSafeEqual(bytes.subarray(half), seal));
}

async function mac(key: CryptoKey, content: Uint8Array): Promise<Buffer> {
  return Buffer.from(await crypto.subtle.sign("HMAC", key, Uint8Array.from(content))).subarray(0, half);
}
