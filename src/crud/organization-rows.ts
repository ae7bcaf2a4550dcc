/** The queries of resources of organizations: each takes the member that the guard has admitted. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import {
  everyOrganization,
  members,
  type OrganizationTable,
  organizationRow,
  organizations,
  organizationTables,
  users,
} from "../db/schema.ts";
import type { Membership } from "../security/caller.ts";
import { inStatus, type Reason, requireRow, roomFor, rowWhere, type Status } from "./rows.ts";
import { replacing, type Versions } from "./versions.ts";

type OwnFields<Table extends OrganizationTable> = Omit<Table["$inferInsert"], keyof typeof organizationRow>;
/** A new row of the table, without its organization. */
export type NewOrganizationRow<Table extends OrganizationTable> = { id: string } & OwnFields<Table>;
/** Changes of a row. Fields that are left out keep their values. */
export type OrganizationRowUpdate<Table extends OrganizationTable> = {
  [K in keyof OwnFields<Table>]?: OwnFields<Table>[K] | undefined;
};

/** The rows of the member's organization, live or deleted. */
export function ofOrganization(
  table: OrganizationTable,
  { organizationId }: Pick<Membership, "organizationId">,
  status: Status,
): SQL | undefined {
  return and(eq(table.organization_id, organizationId), inStatus(table, status));
}

/** The live row with this id, if it is of the member's organization. */
export function reachableIn(table: OrganizationTable, id: string, member: Membership): SQL | undefined {
  return rowWhere(table, id, "live", eq(table.organization_id, member.organizationId));
}

/** The deleted row with this id, if it is of the member's organization. */
export function restorableIn(table: OrganizationTable, id: string, member: Membership): SQL | undefined {
  return rowWhere(table, id, "deleted", eq(table.organization_id, member.organizationId));
}

/** Precedes statements about rows under this one, if it is of the member's organization: see {@link requireRow}. */
export function requireReachableIn(
  db: Database,
  table: OrganizationTable,
  id: string,
  member: Membership,
  reason?: Reason,
) {
  return requireRow(db, table, reachableIn(table, id, member), reason);
}

/** Makes rows to insert while the member's organization has room for them: see {@link roomFor}. */
export function withRoomIn<Row extends { id: string }>(
  table: OrganizationTable,
  rows: readonly Row[],
  member: Membership,
  most: number,
) {
  const theirs = rows.map((row) => ({
    ...row,
    organization_id: member.organizationId,
    created_by: member.userId,
  }));
  return roomFor(table, table.organization_id, () => member.organizationId, theirs, most);
}

/**
 * Makes an insert of a row that the member's organization has room for, or replaces the one that it has: see
 * {@link replacing}.
 */
export function createOrReplaceIn<Row extends { id: string }>(
  table: OrganizationTable,
  row: Row,
  member: Membership,
  versions: Versions | undefined,
  most: number,
  within?: SQL,
) {
  const { id } = row;
  return replacing(table, withRoomIn(table, [row], member, most), {
    ...{ id, versions, isTheirs: and(reachableIn(table, id, member), within), kept: Object.keys(organizationRow) },
  });
}

/**
 * Precedes statements of a task about rows of all organizations, which their policies hide otherwise. Holds until the end
 * of the transaction, and is for no endpoint.
 */
export function reachEvery(db: Database) {
  return db.execute(sql`select set_config('plinth.organization_id', ${everyOrganization}, true)`);
}

/**
 * Precedes statements about the rows of one live organization where no guard has admitted a member, in a task or on a
 * public page: `where` is a condition of `organizations`. Holds until another one, or the end of the transaction. Without
 * such an organization, no row is reached. Several are an error.
 */
export function reachOne(db: Database, where: SQL) {
  return db.execute(sql`
    select set_config('plinth.organization_id', coalesce((
      select ${organizations.id}::text from ${organizations} where ${where} and ${organizations.deleted_at} is null), ''), true)`);
}

/**
 * Removes rows of organizations, behind {@link reachEvery}: those deleted this many days ago, and those of organizations
 * deleted that long ago.
 */
export function purgeOrganizationRows(db: Database, table: OrganizationTable, retentionDays: number, limit: number) {
  const isOld = (deletedAt: SQL) => sql`${deletedAt} <= now() - make_interval(days => ${retentionDays}::int)`;
  // Two queries, because no index serves an `or` of two tables.
  return db.execute<{ id: string }>(sql`
    with deleted as (
      select t.id from ${table} as t where ${isOld(sql`t.deleted_at`)}
      order by t.deleted_at limit ${limit}::int for update skip locked
    ),
    left_over as (
      select t.id from ${organizations} as o join ${table} as t on t.organization_id = o.id where ${isOld(sql`o.deleted_at`)}
      limit ${limit}::int for update of t skip locked
    )
    delete from ${table} where id in (select id from deleted union all select id from left_over)
    returning id`);
}

/** Removes rows of the organizations of deleted users, behind {@link reachEvery}. */
export function removeRowsOfOwners(db: Database, table: OrganizationTable, ownerIds: SQL, limit: number) {
  return db.execute<{ id: string }>(sql`
    delete from ${table} where id in (
      select t.id from ${organizations} as o join ${table} as t on t.organization_id = o.id
      where o.owner_id = ${ownerIds} and not ${isShared(sql`o`)} limit ${limit}::int for update of t skip locked)
    returning id`);
}

/** True for a live organization with a live member besides its owner, which does not end with the owner. */
export function isShared(organization: SQL): SQL {
  return sql`(${organization}.deleted_at is null and exists (
    select from ${members} as m join ${users} as u on u.id = m.user_id
    where m.organization_id = ${organization}.id and m.user_id <> ${organization}.owner_id and u.deleted_at is null))`;
}

/** True for an organization without rows, behind {@link reachEvery}: only such a one can be removed. */
export function hasNoRows(tables: readonly OrganizationTable[] = organizationTables): SQL {
  const none = tables.map(
    (table) => sql`not exists (select from ${table} as r where r.organization_id = ${organizations.id})`,
  );
  return none.length === 0 ? sql`true` : sql`(${sql.join(none, sql` and `)})`;
}
