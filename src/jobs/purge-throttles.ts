import { purgeThrottles } from "../crud/throttles.ts";
import type { Job } from "./run.ts";

/** Removes counters of attempts that have been forgotten. */
export const purgeThrottlesJob: Job = {
  name: "purge throttles",
  run: async ({ db, run }) => (await run(purgeThrottles(db, 1_000))).rows.length,
};
