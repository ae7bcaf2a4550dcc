/** The queries that resources share, whether a user or an organization owns their rows. */
import { and, eq, getTableName, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Database } from "../db/client.ts";
import { type RefusalCode, sqlstateFor } from "../db/sqlstates.ts";

/** A table of rows that are softly deleted. */
export type RowTable = PgTable & Record<"id" | "created_at" | "deleted_at" | "etag", PgColumn>;
/** The purpose of the statements that follow. */
export type Reason = "read" | "change";
/** The rows of a list. */
export type Status = "live" | "deleted";

/** True for the rows of a list: live or deleted ones. */
export function inStatus({ deleted_at }: RowTable, status: Status): SQL {
  return status === "live" ? isNull(deleted_at) : isNotNull(deleted_at);
}

/** The row with this id, live or deleted, where the condition holds. */
export function rowWhere(table: RowTable, id: string, status: Status, condition: SQL | undefined): SQL | undefined {
  return and(eq(table.id, id), inStatus(table, status), condition);
}

/**
 * Precedes statements about rows under the one that meets this condition, and ends their transaction (SQLSTATE PT404)
 * without it. Holds the row until changes have run, so that it is not deleted in between.
 */
export function requireRow(db: Database, table: PgTable, condition: SQL | undefined, reason: Reason = "change") {
  // -1 stands for no operation of a batch: the whole request is refused.
  return db.execute(sql`
    select refuse('PT404', -1)
    where not exists (select from ${table} where ${condition} ${reason === "change" ? sql`for share` : sql``})`);
}

/**
 * Precedes statements that store the ids of rows of this table, and ends their transaction (SQLSTATE of
 * `invalid_reference`) by the place of the first that is no live row under this condition. Holds the rows until the
 * statements have run, so that none is deleted in between.
 */
export function requireEach(
  db: Database,
  table: RowTable,
  named: readonly { id: string; place: number }[],
  condition: SQL | undefined,
) {
  const isNamed = sql`${table.id} = any(array(select id from named))`;
  // One parameter, whatever their number: a statement takes 65,535.
  return db.execute(sql`
    with named as (select id, place from jsonb_to_recordset(${JSON.stringify(named)}::jsonb) as (id uuid, place int)),
    held as (select ${table.id} as id from ${table} where ${and(isNamed, inStatus(table, "live"), condition)} for share)
    select refuse(${sqlstateFor("invalid_reference")}, missing.place) from (
      select place from named where not exists (select from held where held.id = named.id) order by place limit 1
    ) as missing`);
}

/**
 * Precedes a change that its row allows in some states only, and all that goes along with it, such as an event or a mail.
 * Ends the transaction without a row that is meant (SQLSTATE PT404), and with this code unless the row meets `allows`.
 * Holds the row until the change has run: of two at once, the second meets the state that the first has left.
 */
export function requireState(
  db: Database,
  table: PgTable,
  isTheRow: SQL | undefined,
  allows: SQL | undefined,
  code: RefusalCode,
) {
  return db.execute(sql`
    with held as materialized (select ${allows} as allows from ${table} where ${isTheRow} for no key update)
    select refuse(case when exists (select from held) then ${sqlstateFor(code)} else 'PT404' end, -1)
    where not exists (select from held where allows)`);
}

/**
 * Makes rows to insert while the one owner that this column names has at most `most`, unpurged deletions included;
 * otherwise the transaction ends (SQLSTATE PT507). 0 means no bound. Parallel inserts take turns where it is near.
 */
export function roomFor<Row extends { id: string }>(
  table: PgTable,
  owner: PgColumn,
  ownerOf: (row: Row) => string,
  rows: readonly Row[],
  most: number,
): (Omit<Row, "id"> & { id: string | SQL<string> })[] {
  if (most === 0) return [...rows];
  const name = getTableName(table);
  // Checks once for all rows, in the id of the first.
  const asking = (row: Row) =>
    sql<string>`with_room(${row.id}::uuid, ${name}::regclass, ${owner.name}, ${ownerOf(row)}::uuid, ${most}::int, ${rows.length}::int)`;
  return rows.map((row, i) => (i === 0 ? { ...row, id: asking(row) } : row));
}

/** The values that delete a row softly: it can be restored until it is purged. */
export const deletion = { deleted_at: sql`now()` };
/** The values that restore a row. */
export const restoration = { deleted_at: null };

/**
 * Removes rows deleted this many days ago, oldest deletion first. A restore at the same moment keeps its row, or waits
 * for the lock and finds none. Those for which `mayGo` is false stay.
 */
export function purgeRows(db: Database, table: RowTable, retentionDays: number, limit: number, mayGo: SQL = sql`true`) {
  return db.execute<{ id: string }>(sql`
    with due as (
      select id from ${table} where deleted_at <= now() - make_interval(days => ${retentionDays}::int)
        and ${mayGo}
      order by deleted_at limit ${limit} for update skip locked
    )
    delete from ${table} as t using due where t.id = due.id returning t.id`);
}
