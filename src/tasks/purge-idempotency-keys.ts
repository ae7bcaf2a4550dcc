import { IdempotencyKeys } from "../crud/idempotency-keys.ts";
import { purge } from "../task/purge.ts";

/** Removes keys that are a day old and have expired. */
export const purgeIdempotencyKeys = purge("purge-idempotency-keys", ({ db }, limit) =>
  IdempotencyKeys.purge(db, limit),
);
