import { purgeDeleted as purgeRows } from "../crud/owned.ts";
import { ownedTables } from "../db/schema.ts";
import type { Job } from "../scheduled.ts";

/** Removes deleted rows for good once nobody may restore them any more: at most so many of a table in a run. */
export const purgeDeleted: Job = {
  name: "purge deleted",
  async run({ db, run, settings }) {
    let count = 0;
    for (const table of ownedTables) {
      count += (await run(purgeRows(db, table, settings.RETENTION_DAYS, 1_000))).rows.length;
    }
    return count;
  },
};
