import { timingSafeEqual } from "node:crypto";
import type { Purpose } from "../values.ts";

/** The lifetime of each in hours, unless it is used or replaced earlier. */
export const lifetimeHours: Record<Purpose, number> = { verify_email: 24, change_email: 24, reset_password: 1 };

/** 256 random bits, base64url, from which a token is derived. */
export function newSeed(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
}

/** Bytes of a token: one half is secret by itself, the other seals it. */
const half = 16;

/**
 * Derives the token of a seed: 256 bits, base64url. The outbox holds seeds, so that a copy of the database, which lacks the
 * key, holds no token, and a mail that is sent again carries the same token.
 */
export async function tokenOfSeed(key: CryptoKey, seed: string): Promise<string> {
  const secret = await mac(key, new TextEncoder().encode(`token of ${seed}`));
  return Buffer.concat([secret, await mac(key, secret)]).toString("base64url");
}

/** Whether this token is one of ours, though it may have been used or replaced. Asks no database. */
export async function isSealed(key: CryptoKey, token: string): Promise<boolean> {
  const bytes = Buffer.from(token, "base64url");
  if (bytes.length !== 2 * half || bytes.toString("base64url") !== token) return false;
  return timingSafeEqual(bytes.subarray(half), await mac(key, bytes.subarray(0, half)));
}

async function mac(key: CryptoKey, content: Uint8Array): Promise<Buffer> {
  return Buffer.from(await crypto.subtle.sign("HMAC", key, Uint8Array.from(content))).subarray(0, half);
}
