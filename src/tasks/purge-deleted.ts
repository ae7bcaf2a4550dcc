import { getTableName } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { hasNoRows, purgeOrganizationRows, reachEvery } from "../crud/organization-rows.ts";
import { purgeRows } from "../crud/rows.ts";
import { organizations, organizationTables, ownedTables } from "../db/schema.ts";
import { purge } from "../task/purge.ts";

/** Removes the deleted rows of each resource, once they can no longer be restored. */
export const purgeDeleted = [
  ...organizationTables.map((table) =>
    purge(
      nameFor(table),
      ({ db, settings }, limit) => purgeOrganizationRows(db, table, settings.RETENTION_DAYS, limit),
      ({ db }) => reachEvery(db),
    ),
  ),
  ...ownedTables.map((table) =>
    purge(
      nameFor(table),
      ({ db, settings }, limit) =>
        purgeRows(db, table, settings.RETENTION_DAYS, limit, table === organizations ? hasNoRows() : undefined),
      ({ db }) => (table === organizations ? reachEvery(db) : undefined),
    ),
  ),
];

function nameFor(table: PgTable): string {
  return `purge-deleted-${getTableName(table)}`;
}
