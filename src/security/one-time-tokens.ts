/** The purposes of mailed tokens. */
export type Purpose = "verify_email" | "change_email" | "reset_password";

/** The lifetime of each in hours, unless it is used or replaced earlier. */
export const lifetimeHours: Record<Purpose, number> = { verify_email: 24, change_email: 24, reset_password: 1 };

/** 256 random bits, base64url, from which a token is derived. */
export function newSeed(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
}

/**
 * Derives the token of a seed: 256 bits, base64url. The outbox holds seeds, so that a copy of the database, which lacks the
 * key, holds no token, and a mail that is sent again carries the same token.
 */
export async function tokenOfSeed(key: CryptoKey, seed: string): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`token of ${seed}`));
  return Buffer.from(mac).toString("base64url");
}
