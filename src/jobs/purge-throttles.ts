import { purgeThrottles } from "../crud/throttles.ts";
import type { Job } from "./run.ts";

/** Removes the counters of forgotten attempts. */
export const purgeThrottlesJob: Job = {
  name: "purge throttles",
  run: async ({ db, run }) => (await run(purgeThrottles(db, 1_000))).rows.length,
};
