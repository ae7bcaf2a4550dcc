import { is, sql } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { describe, expect, it } from "vitest";
import { db } from "../harness.ts";

const exported = Object.values(import.meta.glob<Record<string, unknown>>("../../src/db/schema.ts", { eager: true }));
const values = exported.flatMap((module) => Object.values(module));
const tables = values.filter((value): value is PgTable => is(value, PgTable)).map(getTableConfig);
const owned = values.find((value): value is PgTable[] => Array.isArray(value)) ?? [];
const having = (...names: string[]) =>
  tables.filter(({ columns }) => names.every((name) => columns.some((column) => column.name === name)));

describe("src/db/schema.ts", () => {
  it("names every table of rows that are owned and softly deleted in ownedTables", () => {
    const names = having("owner_id", "deleted_at").map(({ name }) => name);
    expect(names).toContain("items");
    expect(owned.map((table) => getTableConfig(table).name).toSorted()).toStrictEqual(names.toSorted());
  });

  it("lists a referring table before the one it refers to, so that a purge meets no reference", () => {
    const order = owned.map((table) => getTableConfig(table).name);
    for (const { name, foreignKeys } of owned.map(getTableConfig)) {
      const referred = foreignKeys.map((key) => getTableConfig(key.reference().foreignTable).name);
      expect(referred).toContain("users");
      for (const other of referred.filter((table) => order.includes(table) && table !== name)) {
        expect(order.indexOf(name), `${name} refers to ${other}`).toBeLessThan(order.indexOf(other));
      }
    }
  });

  it("has a trigger for every table with a version, which moves it and updated_at", async () => {
    const { rows } = await db.execute<{ name: string }>(sql`
      select event_object_table as name from information_schema.triggers
      where event_manipulation = 'UPDATE' and action_timing = 'BEFORE' and action_statement like '%touch_row()'`);
    const names = having("version").map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["items", "users"]));
    expect(rows.map(({ name }) => name).toSorted()).toStrictEqual(names.toSorted());
  });
});
