import { getTableName } from "drizzle-orm";
import { reachEvery } from "../crud/organization-rows.ts";
import { purgeRows, type RowTable } from "../crud/rows.ts";
import { organizationTables, ownedTables } from "../db/schema.ts";
import { purge } from "../task/purge.ts";

/** Removes the deleted rows of each resource, once they can no longer be restored. */
export const purgeDeleted = [
  ...ownedTables.map((table) => purgeOf(table)),
  ...organizationTables.map((table) => purgeOf(table, ({ db }) => reachEvery(db))),
];

function purgeOf(table: RowTable, first?: Parameters<typeof purge>[2]) {
  return purge(
    `purge-deleted-${getTableName(table)}`,
    ({ db, settings }, limit) => purgeRows(db, table, settings.RETENTION_DAYS, limit),
    first,
  );
}
