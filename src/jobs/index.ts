import type { Job } from "../scheduled.ts";

/** What the cron trigger of wrangler.toml runs, every minute. */
export const jobs: readonly Job[] = [];
