import { getTableName } from "drizzle-orm";
import { purgeDeleted as purgeRows } from "../crud/owned.ts";
import { ownedTables } from "../db/schema.ts";
import type { Job } from "./run.ts";

/** For each resource: removes deleted rows for good once nobody may restore them any more, at most so many in a run. */
export const purgeDeleted: readonly Job[] = ownedTables.map((table) => ({
  name: `purge deleted ${getTableName(table)}`,
  run: async ({ db, run, settings }) => (await run(purgeRows(db, table, settings.RETENTION_DAYS, 1_000))).rows.length,
}));
