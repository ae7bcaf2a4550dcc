import { IdempotencyKeys } from "../crud/idempotency-keys.ts";
import type { Job } from "./run.ts";

/** Removes keys that are a day old and have expired. */
export const purgeIdempotencyKeys: Job = {
  name: "purge idempotency keys",
  run: async ({ db, run }) => (await run(IdempotencyKeys.purge(db, 1_000))).rows.length,
};
