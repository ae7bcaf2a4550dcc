import { compare, truncates } from "bcryptjs";

/** Costs of 4 to 14, which is 16 to 16,384 rounds: a higher one would take seconds of CPU for each attempt. */
const pattern = /^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/;

/** Recognises a hash of passlib's bcrypt: `$2b$`, or the older spellings `$2a$` and `$2y$`. */
export function isBcrypt(hash: string): boolean {
  return pattern.test(hash);
}

/**
 * bcrypt reads 72 bytes of UTF-8: any password with the same beginning is accepted, as it was in the old system. bcrypt
 * repeats a shorter one, separated by NUL, up to that length: a password with a NUL is refused.
 */
export async function verifyBcrypt(password: string, hash: string): Promise<boolean> {
  return (await compare(password, hash)) && !password.includes("\u0000");
}

/** Whether bcrypt reads only the beginning of this password. */
export function isCutByBcrypt(password: string): boolean {
  return truncates(password);
}
