import { compare, truncates } from "bcryptjs";

/** Costs from 16 to 16,384 rounds: one more than that would take seconds of our CPU for each attempt. */
const pattern = /^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/;

/** Whether this is a hash that passlib's bcrypt has made: `$2b$`, and its older spellings `$2a$` and `$2y$`. */
export function isBcrypt(hash: string): boolean {
  return pattern.test(hash);
}

/**
 * bcrypt reads 72 bytes of UTF-8: every password with the same beginning is accepted, as it was where it came from. It
 * repeats a shorter one, with a NUL between, up to that length: no password with a NUL is accepted.
 */
export async function verifyBcrypt(password: string, hash: string): Promise<boolean> {
  return (await compare(password, hash)) && !password.includes("\u0000");
}

/** Whether bcrypt reads only the beginning of this password. */
export function isCutByBcrypt(password: string): boolean {
  return truncates(password);
}
