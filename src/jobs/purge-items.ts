import { purgeItems as purgeRows } from "../crud/items.ts";
import type { Job } from "../scheduled.ts";

/** Removes deleted items for good once nobody may restore them any more: at most so many in a run. */
export const purgeItems: Job = {
  name: "purge items",
  run: async ({ db, run, settings }) => (await run(purgeRows(db, settings.ITEM_RETENTION_DAYS, 1_000))).rows.length,
};
