import { purgeIdempotencyKeys } from "../crud/idempotency-keys.ts";
import type { Job } from "./run.ts";

/** Removes keys that are a day old and have expired. */
export const purgeIdempotencyKeysJob: Job = {
  name: "purge idempotency keys",
  run: async ({ db, run }) => (await run(purgeIdempotencyKeys(db, 1_000))).rows.length,
};
