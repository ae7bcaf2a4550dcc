/** What a mailed token is good for. */
export type Purpose = "verify_email" | "change_email" | "reset_password";

/** How many hours each stays good, unless it is used or replaced before. */
export const lifetimeHours: Record<Purpose, number> = { verify_email: 24, change_email: 24, reset_password: 1 };

/** 256 random bits, base64url, out of which a token is derived. */
export function newSeed(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
}

/**
 * The token of a seed: 256 bits, base64url. The outbox holds seeds, so that a copy of the database, which lacks the key,
 * holds no token; and the same mail always carries the same one.
 */
export async function tokenOfSeed(key: CryptoKey, seed: string): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`token of ${seed}`));
  return Buffer.from(mac).toString("base64url");
}
