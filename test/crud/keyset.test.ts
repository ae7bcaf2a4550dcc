import { eq, sql } from "drizzle-orm";
import { integer, pgTable, uuid } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { keyset, type Order, type Position } from "../../src/crud/keyset.ts";
import { db, unique } from "../harness.ts";

const name = unique("shelf").replaceAll("-", "_");
const shelves = pgTable(name, { id: uuid().primaryKey(), width: integer(), height: integer().notNull() });
await db.execute(sql.raw(`create table ${name} (id uuid primary key, width int, height int not null)`));
await db.insert(shelves).values([3, null, 1, null, 2].map((width, height) => ({ id: uuidv7(), width, height })));

/** Of the shelf of width 1 alone. */
const labels = pgTable(`${name}_labels`, { shelf_id: uuid().notNull(), size: integer().notNull() });
await db.execute(sql.raw(`create table ${name}_labels (shelf_id uuid not null, size int not null)`));
await db.execute(sql`insert into ${labels} select id, 9 from ${shelves} where width = 1`);

/** All rows of a list, two on a page. */
async function pagedBy(by: Order["by"], descending: boolean, join: "leftJoin" | "innerJoin" = "leftJoin") {
  const seen: (number | null)[] = [];
  let after: Position | undefined;
  for (;;) {
    const { past, orderBy, sortKey } = keyset({ by, descending }, shelves.id, after);
    const { id, width } = shelves;
    const query = db.select({ id, width, key: sortKey }).from(shelves);
    const rows = await query[join](labels, eq(labels.shelf_id, id))
      .where(past)
      .orderBy(...orderBy)
      .limit(2);
    seen.push(...rows.map((row) => row.width));
    const last = rows[1];
    if (!last) return seen;
    after = { key: last.key, id: last.id };
  }
}

describe("a list that is sorted by a column", () => {
  it.each([true, false])(
    "refuses one that may be null, whose rows later pages would lack: descending %s",
    async (to) => {
      await expect(pagedBy(shelves.width, to)).rejects.toThrow(/sorted by width, which may be null/);
    },
  );

  it.each([true, false])(
    "refuses one of another table, which is null where a left join finds no row: descending %s",
    async (to) => {
      await expect(pagedBy(labels.size, to)).rejects.toThrow(/sorted by size, a column of another table/);
    },
  );

  it("has each row once, those that a left join finds nothing for, too, or those alone that an inner join finds", async () => {
    expect(await pagedBy(sql`coalesce(${labels.size}, 0)`, true)).toStrictEqual([1, 2, null, null, 3]);
    expect(await pagedBy(sql`${labels.size}`, true, "innerJoin")).toStrictEqual([1]);
  });

  it("has each row once, those without a value too, if it is sorted by one that takes its place", async () => {
    const width = sql`coalesce(${shelves.width}, 0)`;
    expect(await pagedBy(width, true)).toStrictEqual([3, 2, 1, null, null]);
    expect(await pagedBy(width, false)).toStrictEqual([null, null, 1, 2, 3]);
  });

  it("takes one that is never null", async () => {
    expect(await pagedBy(shelves.height, true)).toStrictEqual([2, null, 1, null, 3]);
  });
});
