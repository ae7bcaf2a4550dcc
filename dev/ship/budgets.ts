/**
 * Kilobytes of the bundle, gzipped: the Free plan takes 3,000, and a start costs CPU for each. Half are zod, Neon's driver
 * and drizzle; a tenth reads cron expressions, calls other services, takes files and verifies imported hashes; another
 * tenth is organizations and keys, a third of all endpoints. Its last three are guards that ask again behind each lock, the kinds
 * of a declaration's words, and the fields that errors blame.
 */
export const bundleBudget = 330;

/** Milliseconds of CPU of a start, measured here, on a machine slower than Cloudflare's: a deploy is refused beyond 1,000. */
export const startBudget = 400;
