import { Throttles } from "../crud/throttles.ts";
import { purge } from "../task/purge.ts";

/** Removes the counters of forgotten attempts. */
export const purgeThrottles = purge("purge-throttles", ({ db }, limit) => Throttles.purge(db, limit));
