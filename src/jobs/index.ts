import { purgeDeleted } from "./purge-deleted.ts";
import { purgeIdempotencyKeys } from "./purge-idempotency-keys.ts";
import { purgeThrottles } from "./purge-throttles.ts";
import { purgeUsers } from "./purge-users.ts";
import type { Job } from "./run.ts";
import { sweepMails } from "./send-mails.ts";

/** The jobs that the cron trigger of wrangler.toml runs every minute. */
export const jobs: readonly Job[] = [
  // First, because people wait for their mail.
  sweepMails,
  purgeThrottles,
  purgeIdempotencyKeys,
  ...purgeDeleted,
  purgeUsers,
];
