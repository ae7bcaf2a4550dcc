import { compare, truncates } from "bcryptjs";

/** Costs of 4 to 14, which is 16 to 16,384 rounds: higher ones take seconds of CPU per attempt. */
const pattern = /^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/;

/** Recognises a bcrypt hash of passlib: `$2b$`, or the older spellings `$2a$` and `$2y$`. */
export function isBcrypt(hash: string): boolean {
  return pattern.test(hash);
}

/**
 * Verifies as the old system did: bcrypt reads 72 bytes of UTF-8 and ignores the rest. Refuses a NUL, since bcrypt
 * repeats a shorter password, separated by NUL, up to that length.
 */
export async function verifyBcrypt(password: string, hash: string): Promise<boolean> {
  return (await compare(password, hash)) && !password.includes("\u0000");
}

/** True if bcrypt ignores the end of this password. */
export function isCutByBcrypt(password: string): boolean {
  return truncates(password);
}
