import { desc, eq, getTableColumns, getTableName, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { SelectResultFields } from "drizzle-orm/query-builders/select.types";
import type { RunnableQuery } from "drizzle-orm/runnable-query";
import type { Database } from "../db/client.ts";
import {
  apiKeys,
  listedTables,
  mails,
  members,
  type OwnedTable,
  oneTimeTokens,
  organizations,
  ownedTables,
  sessions,
} from "../db/schema.ts";
import { memberRole } from "./organization-roles.ts";

/** The queries of what the export of an account holds beside its resources. */
export const AccountExports = {
  /** A user's sessions, newest first, including ended ones. */
  sessions(db: Database, userId: string, limit: number) {
    const { id, user_agent, network, created_at, last_used_at, expires_at, revoked_at } = sessions;
    return db
      .select({ id, user_agent, network, created_at, last_used_at, expires_at, ended_at: revoked_at })
      .from(sessions)
      .where(eq(sessions.user_id, userId))
      .orderBy(desc(id))
      .limit(limit);
  },

  /** The API keys of a user, and those that they made for organizations, newest first, without their hashes. */
  apiKeys(db: Database, userId: string, limit: number) {
    const { id, organization_id, name, permissions, networks, expires_at, last_used_at, revoked_at, created_at } =
      apiKeys;
    return db
      .select({ id, organization_id, name, permissions, networks, expires_at, last_used_at, revoked_at, created_at })
      .from(apiKeys)
      .where(or(eq(apiKeys.user_id, userId), eq(apiKeys.made_by, userId)))
      .orderBy(desc(id))
      .limit(limit);
  },

  /** The organizations of a user, deleted ones included. */
  memberships(db: Database, userId: string, limit: number) {
    const { id: organization_id, name, slug } = organizations;
    const { created_at: joined_at } = members;
    return db
      .select({ organization_id, name, slug, role: memberRole, joined_at })
      .from(members)
      .innerJoin(organizations, eq(organizations.id, members.organization_id))
      .where(eq(members.user_id, userId))
      .orderBy(organization_id)
      .limit(limit);
  },

  /** The kind and time of each mail to a user, newest first. */
  mails(db: Database, userId: string, limit: number) {
    const { kind, recipient, created_at, sent_at } = mails;
    return db
      .select({ kind, recipient, created_at, sent_at })
      .from(mails)
      .where(eq(mails.user_id, userId))
      .orderBy(desc(mails.id))
      .limit(limit);
  },

  /** The links mailed to a user, one per purpose at most. */
  links(db: Database, userId: string) {
    const { purpose, email, created_at, expires_at, used_at } = oneTimeTokens;
    return db
      .select({ purpose, email, created_at, expires_at, used_at })
      .from(oneTimeTokens)
      .where(eq(oneTimeTokens.user_id, userId));
  },
};

/** The queries of all resources in the export of an account that have no list of their own. */
export function otherResources(tables = ownedTables.filter((table) => !listedTables.includes(table))) {
  const named = tables.map((table) => ({ table, name: getTableName(table) }));
  return {
    names: named.map(({ name }) => name),

    /** For each of them a user's rows, as {@link exportQueries} does. They share the bytes. */
    lists(db: Database, ownerId: string, { rows, bytes }: { rows: number; bytes: number }) {
      const each = { rows, bytes: Math.floor(bytes / Math.max(1, tables.length)) };
      return named.map(({ table }) => exportQueries(table, columnsOf(table)).list(db, ownerId, each));
    },

    /** One row with the number of a user's rows in each, by its name. */
    counts(db: Database, ownerId: string) {
      const each = named.map(
        ({ table, name }) =>
          sql`(select count(*)::int from ${table} where ${table.owner_id} = ${ownerId}) as ${sql.identifier(name)}`,
      );
      return db.execute<Record<string, number>>(sql`select ${sql.join(each, sql`, `)}`);
    },
  };
}

/** All but the generated column of a search. */
function columnsOf(table: OwnedTable): Record<string, PgColumn> {
  const { search: _search, ...columns }: Record<string, PgColumn> = getTableColumns(table);
  return columns;
}

/** Makes the queries of a resource in the export of an account, which answer these columns of its table. */
export function exportQueries<Columns extends Record<string, PgColumn>>(table: OwnedTable, columns: Columns) {
  const { id, owner_id, deleted_at } = table;
  // Wide, since drizzle's types lose the columns of a type parameter in a subquery.
  const fields: Record<string, PgColumn> = columns;
  type Row = SelectResultFields<Columns> & { is_deleted: boolean };
  return {
    /** A user's rows, newest first, including deleted ones, up to a count and up to a number of bytes of text. */
    list(db: Database, ownerId: string, bounds: { rows: number; bytes: number }) {
      const newest = db
        .select({
          ...{ ...fields, id },
          is_deleted: sql<boolean>`${deleted_at} is not null`.as("is_deleted"),
          text_so_far: sql<number>`sum(${bytesOf(fields)}) over (order by ${id} desc)`.as("text_so_far"),
        })
        .from(table)
        .where(eq(owner_id, ownerId))
        .orderBy(desc(id))
        .limit(bounds.rows)
        .as("newest");
      const { text_so_far, ...shown } = newest._.selectedFields;
      const query = db
        .select(shown)
        .from(newest)
        .where(sql`${text_so_far} <= ${bounds.bytes}`)
        .orderBy(desc(newest.id));
      return query as unknown as RunnableQuery<Row[], "pg">;
    },

    count(db: Database, ownerId: string) {
      return db.select({ count: sql<number>`count(*)::int` }).from(table).where(eq(owner_id, ownerId));
    },
  };
}

/** The bytes of a row in those columns that may hold many. */
function bytesOf(columns: Record<string, PgColumn>): SQL {
  const long = Object.values(columns).filter((column) => /text|char|json|bytea|\[/.test(column.getSQLType()));
  return sql.join([sql`0`, ...long.map((column) => sql`coalesce(octet_length(${column}::text), 0)`)], sql` + `);
}
