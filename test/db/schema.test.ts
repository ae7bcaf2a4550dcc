import { is, sql } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fileTables, ownedTables } from "../../src/db/schema.ts";
import { db } from "../harness.ts";

const exported = Object.values(import.meta.glob<Record<string, unknown>>("../../src/db/schema.ts", { eager: true }));
const values = exported.flatMap((module) => Object.values(module));
const lists = Object.values(import.meta.glob<Record<string, unknown>>("../../src/values.ts", { eager: true })).flatMap(
  (module) => Object.values(module),
);
const tables = values.filter((value): value is PgTable => is(value, PgTable)).map(getTableConfig);
const having = (...names: string[]) =>
  tables.filter(({ columns }) => names.every((name) => columns.some((column) => column.name === name)));

describe("src/db/schema.ts", () => {
  it("names every table of rows that are owned and softly deleted in ownedTables", () => {
    const names = having("owner_id", "deleted_at").map(({ name }) => name);
    expect(ownedTables.map((table) => getTableConfig(table).name).toSorted()).toStrictEqual(names.toSorted());
  });

  it("names every table of files in fileTables, so that the purge of a user waits for their objects", () => {
    const names = having("owner_id", "sha256").map(({ name }) => name);
    expect(fileTables.map((table) => getTableConfig(table).name).toSorted()).toStrictEqual(names.toSorted());
  });

  it("lists a referring table before the one it refers to, so that a purge meets no reference", () => {
    const order = ownedTables.map((table) => getTableConfig(table).name);
    for (const { name, foreignKeys } of ownedTables.map(getTableConfig)) {
      const referred = foreignKeys.map((key) => getTableConfig(key.reference().foreignTable).name);
      expect(referred).toContain("users");
      for (const other of referred.filter((table) => order.includes(table) && table !== name)) {
        expect(order.indexOf(name), `${name} refers to ${other}`).toBeLessThan(order.indexOf(other));
      }
    }
  });

  it("gives nothing a name that PostgreSQL cuts, by which no violation of it would be known", () => {
    const named = tables.flatMap(({ name, columns, indexes, checks, policies, uniqueConstraints }) => [
      ...[name, ...columns.map((column) => column.name), ...indexes.map(({ config }) => config.name)],
      ...[...checks, ...policies, ...uniqueConstraints].map((one) => one.name),
    ]);
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter((name) => Buffer.byteLength(name ?? "") > 63)).toStrictEqual([]);
  });

  it("has a trigger for every table with a version, which moves it and updated_at", async () => {
    const { rows } = await db.execute<{ name: string }>(sql`
      select event_object_table as name from information_schema.triggers
      where event_manipulation = 'UPDATE' and action_timing = 'BEFORE' and action_statement like '%touch_row()'`);
    const names = having("version").map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["users"]));
    // Other tests of the same database have tables of their own.
    const triggered = rows.map(({ name }) => name).filter((name) => tables.some((table) => table.name === name));
    const advice = "create trigger … before update … execute function touch_row(), as drizzle/0000_init.sql has it";
    expect(triggered.toSorted(), advice).toStrictEqual(names.toSorted());
  });
});

describe("a text column with a list of values", () => {
  const listed = tables.flatMap(({ name, columns, checks }) =>
    columns.flatMap((column) =>
      column.enumValues?.length ? [{ table: name, column, values: column.enumValues, checks }] : [],
    ),
  );
  const schemas = Object.values(
    import.meta.glob<Record<string, unknown>>(["../../src/schemas/*.ts", "!**/*.d.ts"], { eager: true }),
  )
    .flatMap((module) => Object.entries(module))
    .filter((entry): entry is [string, z.ZodObject] => entry[1] instanceof z.ZodObject);

  it("has a check by the same list, so that no row has another", async () => {
    expect(listed.map(({ table, column }) => `${table}.${column.name}`)).toEqual(
      expect.arrayContaining(["users.role", "one_time_tokens.purpose", "mails.kind", "audit_events.kind"]),
    );
    const { rows } = await db.execute<{ name: string; definition: string }>(sql`
      select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
      where contype = 'c' and connamespace = 'public'::regnamespace`);
    for (const { table, column, values } of listed) {
      const name = `${table}_${column.name}_check`;
      const definition = rows.find((row) => row.name === name)?.definition ?? "";
      const literals = [...definition.matchAll(/'((?:[^']|'')*)'::text/g)].map(([, text = ""]) =>
        text.replaceAll("''", "'"),
      );
      expect(
        literals.toSorted(),
        `src/db/schema.ts: check("${name}", oneOf(table.${column.name}, …)) with the column's own list`,
      ).toStrictEqual(values.toSorted());
    }
  });

  it.each(schemas)("has the list that %s has for it", (name, schema) => {
    for (const { table, columns } of tablesLike(schema)) {
      for (const column of columns.filter((one) => one.getSQLType() === "text")) {
        const options = optionsOf(schema.shape[column.name]);
        if (options === undefined || (isInput(schema) && isNamedPart(options, column.enumValues))) continue;
        expect(
          column.enumValues,
          `${table}.${column.name}: text({ enum: … }) by a list of src/values.ts, of which ${name} is made too`,
        ).toStrictEqual(options);
      }
    }
  });
});

/** The tables whose rows a schema shows: most of its fields are columns of theirs. */
function tablesLike(schema: z.ZodObject) {
  const fields = Object.keys(schema.shape);
  return tables
    .map(({ name, columns }) => ({ table: name, columns: columns.filter((column) => fields.includes(column.name)) }))
    .filter(({ columns }) => columns.length >= 2 && columns.length > fields.length / 2);
}

/** Request bodies alone refuse unknown keys. An answer has to know every stored value. */
function isInput(schema: z.ZodObject): boolean {
  return schema.def.catchall instanceof z.ZodNever;
}

/**
 * A part of a column's list with a name of its own in src/values.ts, which shows that the others are left out on purpose.
 * A list written in place does not count, since it may just lack a new value.
 */
function isNamedPart(options: unknown[], values: readonly string[] = []): boolean {
  const isNamed = lists.some(
    (list) => Array.isArray(list) && list.length === options.length && list.every((value) => options.includes(value)),
  );
  return isNamed && options.every((option) => values.some((value) => value === option));
}

/** The values of a field that has a list of them. */
function optionsOf(field: unknown): unknown[] | undefined {
  if (field instanceof z.ZodOptional || field instanceof z.ZodNullable || field instanceof z.ZodDefault) {
    return optionsOf(field.unwrap());
  }
  return field instanceof z.ZodEnum ? field.options : undefined;
}
