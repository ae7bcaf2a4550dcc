import { Throttles } from "../crud/throttles.ts";
import type { Job } from "./run.ts";

/** Removes the counters of forgotten attempts. */
export const purgeThrottles: Job = {
  name: "purge throttles",
  run: async ({ db, run }) => (await run(Throttles.purge(db, 1_000))).rows.length,
};
