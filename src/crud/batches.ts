import { and, getTableColumns, inArray, type SQL, sql } from "drizzle-orm";
import type { SelectedFieldsFlat } from "drizzle-orm/pg-core";
import type { SelectResultFields } from "drizzle-orm/query-builders/select.types";
import type { RunnableQuery } from "drizzle-orm/runnable-query";
import type { Database } from "../db/client.ts";
import type { OrganizationTable, OwnedTable } from "../db/schema.ts";
import type { Caller, Membership } from "../security/caller.ts";
import {
  type NewOrganizationRow,
  type OrganizationRowUpdate,
  ofOrganization,
  withRoomIn,
} from "./organization-rows.ts";
import { type NewRow, ownedOrAdmin, type RowUpdate, withRoom } from "./owned.ts";
import { deletion, type RowTable } from "./rows.ts";

/** A batch's change to an existing row: its id, its expected version, and its position in the batch. */
export type BatchTarget = { id: string; version: number | undefined; position: number };

type Query<Row> = RunnableQuery<Row[], "pg">;

/** The queries of a batch of rows, which run in this order. None takes an empty list. */
export type BatchQueries<Who, New, Changes, Row> = {
  /** The setting that bounds how many rows an owner has. */
  bound: "ROWS_PER_OWNER" | "ROWS_PER_ORGANIZATION";
  /**
   * Locks the rows that a batch changes, so that the statements after it need no check. Ends the transaction at the
   * first that the caller cannot reach (SQLSTATE PT404) or that has changed (PT412).
   */
  lock(db: Database, targets: readonly BatchTarget[], who: Who): RunnableQuery<unknown, "pg">;
  /** Soft-deletes these rows. */
  delete(db: Database, ids: readonly string[]): Query<Row>;
  /** Applies each row's own changes of these fields. */
  update(
    db: Database,
    changes: readonly (Changes & { id: string })[],
    fields: readonly (keyof Changes & string)[],
  ): Query<Row>;
  /** Inserts rows while their owner has room for them, unless `most` is 0. */
  insert(db: Database, rows: readonly (New & { id: string })[], who: Who, most: number): Query<Row>;
};

/** Makes the queries of a batch of rows that users own, which answer these columns. */
export function batchQueries<Table extends OwnedTable, Columns extends SelectedFieldsFlat>(
  table: Table,
  columns: Columns,
): BatchQueries<Caller, Omit<NewRow<Table>, "id" | "owner_id">, RowUpdate<Table>, SelectResultFields<Columns>> {
  return queriesOf(table, columns, {
    bound: "ROWS_PER_OWNER",
    isTheirs: (caller: Caller) => ownedOrAdmin(table, caller),
    roomed(rows, { id }, most) {
      const theirs = rows.map((row) => ({ ...row, owner_id: id }));
      return withRoom(table, theirs, most);
    },
  });
}

/** Makes the queries of a batch of rows that an organization owns: see {@link batchQueries}. */
export function batchQueriesIn<Table extends OrganizationTable, Columns extends SelectedFieldsFlat>(
  table: Table,
  columns: Columns,
): BatchQueries<
  Membership,
  Omit<NewOrganizationRow<Table>, "id">,
  OrganizationRowUpdate<Table>,
  SelectResultFields<Columns>
> {
  return queriesOf(table, columns, {
    bound: "ROWS_PER_ORGANIZATION",
    isTheirs: (member: Membership) => ofOrganization(table, member, "live"),
    roomed: (rows, member, most) => withRoomIn(table, rows, member, most),
  });
}

/** The difference between rows of users and of organizations. */
type Ownership<Who> = Pick<BatchQueries<Who, object, object, object>, "bound"> & {
  isTheirs: (who: Who) => SQL | undefined;
  roomed: (rows: readonly { id: string }[], who: Who, most: number) => object[];
};

function queriesOf<Who, Columns extends SelectedFieldsFlat>(
  table: RowTable,
  columns: Columns,
  { bound, isTheirs, roomed }: Ownership<Who>,
): BatchQueries<Who, object, object, SelectResultFields<Columns>> {
  type Answer = Query<SelectResultFields<Columns>>;
  const { id, etag, deleted_at } = table;
  return {
    bound,

    lock(db, targets, who) {
      const ids = targets.map((target) => target.id);
      // All batches lock in the same order, so that they cannot deadlock.
      const locked = db
        .select({ id, version: etag, deleted_at })
        .from(table)
        .where(and(inArray(id, ids), isTheirs(who)))
        .orderBy(id)
        .for("update");
      return db.execute(sql`
        with locked as (${locked.getSQL()})
        select refuse(case when failed.id is null then 'PT404' else 'PT412' end, failed.position) from (
          select locked.id, wanted.position
          from jsonb_to_recordset(${JSON.stringify(targets)}::jsonb) as wanted(id uuid, version int, position int)
          left join locked on locked.id = wanted.id and locked.deleted_at is null
          where locked.id is null or locked.version <> wanted.version
          order by wanted.position limit 1
        ) as failed`);
    },

    // Each `returning` names its columns, which drizzle's types lose behind a type parameter: hence the casts.
    delete(db, ids) {
      const query = db
        .update(table)
        .set(deletion)
        .where(inArray(id, [...ids]));
      return query.returning(columns) as unknown as Answer;
    },

    update(db, changes, fields) {
      const values = fields.map((field) => {
        const column = columnOf(table, field);
        const its = sql`its.${sql.identifier(column.name)}`;
        return [field, sql`case when change ? ${column.name} then ${its} else ${column} end`] as const;
      });
      const query = db
        .update(table)
        .set(Object.fromEntries(values))
        .from(sql`jsonb_array_elements(${JSON.stringify(changes.map((one) => encoded(table, one)))}::jsonb) as change,
          jsonb_populate_record(null::${table}, change) as its`)
        .where(sql`${id} = (change ->> 'id')::uuid`);
      return query.returning(columns) as unknown as Answer;
    },

    insert(db, rows, who, most) {
      const query = db.insert(table).values(roomed(rows, who, most));
      return query.returning(columns) as unknown as Answer;
    },
  };
}

function columnOf(table: RowTable, field: string) {
  const column = getTableColumns(table)[field];
  if (!column) throw new Error(`A batch changes ${field}, which is no column`);
  return column;
}

/** A row's changes as `jsonb_populate_record` takes them: by the names of columns, each in the form of its type. */
function encoded(table: RowTable, changes: object): object {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([field, value]) => {
      const column = columnOf(table, field);
      const isPlain = value === null || column.dataType === "json";
      return [column.name, isPlain ? value : column.mapToDriverValue(value)];
    }),
  );
}
