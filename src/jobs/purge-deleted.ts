import { getTableName } from "drizzle-orm";
import { purgeOwned } from "../crud/owned.ts";
import { ownedTables } from "../db/schema.ts";
import type { Job } from "./run.ts";

/** Removes a bounded number of deleted rows of each resource, once they can no longer be restored. */
export const purgeDeleted: readonly Job[] = ownedTables.map((table) => ({
  name: `purge deleted ${getTableName(table)}`,
  run: async ({ db, run, settings }) => (await run(purgeOwned(db, table, settings.RETENTION_DAYS, 1_000))).rows.length,
}));
