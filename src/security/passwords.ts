import { isUtf8 } from "node:buffer";
import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { isBcrypt, isCutByBcrypt, verifyBcrypt } from "./bcrypt.ts";
import { hasHmac, isForeign, verifyForeign } from "./foreign-hashes.ts";

/**
 * The parameters of scrypt, of OWASP's and ASVS 5's choices the one with the least memory: 32 MiB of a Worker's 128,
 * within workerd's cap on N·r·p. `ln` is log2 of N.
 */
const policy = { ln: 15, r: 8, p: 3 } as const;
const saltBytes = 16;
const hashBytes = 32;

/** Bounds on the CPU and memory that a stored hash may demand: a costlier one is not ours. */
const bounds = { ln: 16, r: 16, p: 4, work: 2 ** 20, memory: 64 * 2 ** 20 };

/** Hashing as a service, in place or elsewhere, with a bound on parallel work. Equal `account`s share an instance. */
export type Passwords = {
  hash(account: string, password: string, replacing?: string): Promise<string>;
  verify(account: string, password: string, phc: string): Promise<boolean>;
};

/** Hashes in place, without a bound: for tests, tools, and runtimes without a better place. */
export const hashInPlace: Passwords = {
  hash: (_account, password, replacing) => hashPassword(password, replacing),
  verify: (_account, password, phc) => verifyPassword(password, phc),
};

type Parsed = { ln: number; r: number; p: number; salt: Buffer; hash: Buffer };

/**
 * Hashes a password exactly as given; answers a PHC string `$scrypt$ln=15,r=8,p=3$salt$hash`. `replacing` is the old
 * hash, from which simultaneous upgrades derive the same salt.
 */
export async function hashPassword(password: string, replacing?: string): Promise<string> {
  const salt = replacing === undefined ? randomBytes(saltBytes) : saltFrom(replacing);
  const hash = await derive(password, salt, hashBytes, policy);
  return `$scrypt$ln=${policy.ln},r=${policy.r},p=${policy.p}$${unpadded(salt)}$${unpadded(hash)}`;
}

/**
 * Verifies a password against a PHC string or an imported hash, in constant time; false for any other string.
 */
export async function verifyPassword(password: string, phc: string): Promise<boolean> {
  if (isBcrypt(phc)) return verifyBcrypt(password, phc);
  if (isForeign(phc)) return verifyForeign(password, phc) && (!hasHmac(phc) || hasNoTwin(password));
  const parsed = parse(phc);
  if (!parsed) return false;
  const hash = await derive(password, parsed.salt, parsed.hash.length, parsed);
  return timingSafeEqual(hash, parsed.hash) && hasNoTwin(password);
}

/**
 * True if no other text has the same hash of scrypt or PBKDF2. HMAC, inside both, pads a short key with NULs and replaces one
 * beyond 64 bytes by its SHA-256, which is valid text once in 80 million times.
 */
export function hasNoTwin(password: string): boolean {
  if (password.endsWith("\u0000")) return false;
  const bytes = Buffer.from(password);
  return bytes.length <= 64 || !isUtf8(createHash("sha256").update(bytes).digest());
}

/** True if {@link verifyPassword} could ever accept this hash. */
export function isVerifiable(phc: string): boolean {
  return isBcrypt(phc) || isForeign(phc) || parse(phc) !== undefined;
}

/**
 * True if a password should be hashed again under the current policy. False if bcrypt verified only its first 72 bytes:
 * rehashing would bind the account to a tail that nobody verified.
 */
export function needsRehash(phc: string, password: string): boolean {
  if (isBcrypt(phc)) return !isCutByBcrypt(password);
  const parsed = parse(phc);
  return !parsed || parsed.ln !== policy.ln || parsed.r !== policy.r || parsed.p !== policy.p;
}

/** A hash of no password, verified for unknown accounts so that they take as long as known ones. */
export const dummyHash = dummyOf(`$scrypt$ln=${policy.ln},r=${policy.r},p=${policy.p}`);

/** A hash of no password and this kind, its text before the salt. All spellings of bcrypt share one, which cost alike. */
export function dummyOf(kind: string): string {
  const [, bcryptCost] = /^[$]2[aby][$](\d\d)$/.exec(kind) ?? [];
  return bcryptCost ? `$2b$${bcryptCost}$${".".repeat(53)}` : `${kind}$${"A".repeat(22)}$${"A".repeat(43)}`;
}

function parse(phc: string): Parsed | undefined {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22,64})\$([A-Za-z0-9+/]{43,86})$/.exec(
    phc,
  );
  if (!match) return undefined;
  const [, ln = 0, r = 0, p = 0] = match.map(Number);
  const work = 2 ** ln * r * p;
  if (ln < 1 || r < 1 || p < 1 || ln > bounds.ln || r > bounds.r || p > bounds.p) return undefined;
  if (work > bounds.work || 128 * 2 ** ln * r > bounds.memory) return undefined;
  const [, , , , salt = "", hash = ""] = match;
  return { ln, r, p, salt: Buffer.from(salt, "base64"), hash: Buffer.from(hash, "base64") };
}

function derive(password: string, salt: Buffer, length: number, cost: Omit<Parsed, "salt" | "hash">): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** cost.ln, r: cost.r, p: cost.p, maxmem: 2 * bounds.memory };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** Derives a salt from the old hash: a salt must be unique, not secret. */
function saltFrom(phc: string): Buffer {
  return createHash("sha256").update(phc).digest().subarray(0, saltBytes);
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
