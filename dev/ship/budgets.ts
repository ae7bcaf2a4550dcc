/**
 * Kilobytes of the bundle, gzipped: the Free plan takes 3,000, and a start costs CPU for each. Half are zod, Neon's driver
 * and drizzle; a tenth reads cron expressions, calls other services, takes files and verifies imported hashes; another
 * tenth is organizations and keys, a third of all endpoints. Its last nine are guards that ask again behind each lock, the
 * kinds of a declaration's words, the fields that errors blame, those that no text can fill, the events of keys that end, what
 * a sender signed, the values that the database refuses, and the gate that refuses under overload.
 */
export const bundleBudget = 339;

/** Milliseconds of CPU of a start, measured here, on a machine slower than Cloudflare's: a deploy is refused beyond 1,000. */
export const startBudget = 400;
