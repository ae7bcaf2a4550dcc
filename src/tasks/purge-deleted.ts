import { getTableName } from "drizzle-orm";
import { purgeOwned } from "../crud/owned.ts";
import { ownedTables } from "../db/schema.ts";
import { purge } from "../task/purge.ts";

/** Removes the deleted rows of each resource, once they can no longer be restored. */
export const purgeDeleted = ownedTables.map((table) =>
  purge(`purge-deleted-${getTableName(table)}`, ({ db, settings }, limit) =>
    purgeOwned(db, table, settings.RETENTION_DAYS, limit),
  ),
);
