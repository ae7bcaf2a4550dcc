import { getTableColumns, sql } from "drizzle-orm";
import { integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { runner } from "../../src/context/run.ts";
import { exportQueries, otherResources } from "../../src/crud/exports.ts";
import { ownedRow, searchOf } from "../../src/db/schema.ts";
import { aUser, db, unique } from "../harness.ts";

const name = unique("reports").replaceAll("-", "_");
const reports = pgTable(name, {
  ...ownedRow,
  title: text().notNull(),
  bytes: integer(),
  tags: text().array(),
  data: jsonb(),
});
await db.execute(
  sql.raw(`create table ${name} (id uuid primary key, owner_id uuid not null, created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(), deleted_at timestamptz(3), version int not null default 1,
    title text not null, bytes int, tags text[], data jsonb)`),
);
const searched = pgTable(`${name}_searched`, { ...ownedRow, title: text().notNull(), search: searchOf("title") });
await db.execute(sql.raw(`create table ${name}_searched (like ${name} including defaults, search tsvector)`));
const Reports = exportQueries(reports, getTableColumns(reports));

describe("the rows of a resource in the export of an account", () => {
  it("are the owner's, newest first, with those that can be restored, and with all of their columns", async () => {
    const [ada, eve] = [await aUser(), await aUser()];
    const [kept, deleted, foreign] = [uuidv7(), uuidv7(), uuidv7()];
    await db.insert(reports).values([
      { id: kept, owner_id: ada.id, title: "Kept", bytes: 7, tags: ["a"], data: { a: [1] } },
      { id: deleted, owner_id: ada.id, title: "Deleted", deleted_at: new Date().toISOString() },
      { id: foreign, owner_id: eve.id, title: "Foreign" },
    ]);
    const rows = await db.batch([Reports.list(db, ada.id, { rows: 9, bytes: 999 }), Reports.count(db, ada.id)]);
    expect(rows).toMatchObject([
      [
        { id: deleted, title: "Deleted", bytes: null, is_deleted: true, etag: '"1"' },
        { id: kept, title: "Kept", bytes: 7, tags: ["a"], data: { a: [1] }, is_deleted: false },
      ],
      [{ count: 2 }],
    ]);
    expect(rows[0][0]).not.toHaveProperty("text_so_far");
  });

  it.each([
    ["text", { title: "x".repeat(1_000) }],
    ["a list", { title: "t", tags: ["x".repeat(500), "y".repeat(500)] }],
    ["JSON", { title: "t", data: { note: "x".repeat(1_000) } }],
  ])("end before there is too much of %s", async (_, values) => {
    const { id: owner_id } = await aUser();
    await db.insert(reports).values(Array.from({ length: 5 }, () => ({ ...values, id: uuidv7(), owner_id })));
    const [rows, [all]] = await db.batch([
      Reports.list(db, owner_id, { rows: 9, bytes: 3_500 }),
      Reports.count(db, owner_id),
    ]);
    expect([rows.length, all?.count]).toStrictEqual([3, 5]);
    expect((await db.batch([Reports.list(db, owner_id, { rows: 2, bytes: 9_999 })]))[0]).toHaveLength(2);
  });
});

describe("the resources that have no list of their own there", () => {
  const bounds = { rows: 9, bytes: 2_000 };
  const exported = async (id: string, tables: Parameters<typeof otherResources>[0]) => {
    const others = otherResources(tables);
    const [{ rows }, ...lists] = await runner(db)(others.counts(db, id), ...others.lists(db, id, bounds));
    return { names: others.names, counts: rows[0], lists };
  };

  it("are the rows of each table with all columns but that of a search, and their number", async () => {
    const { id: owner_id } = await aUser();
    const [one, other] = [uuidv7(), uuidv7()];
    await db.insert(reports).values({ id: one, owner_id, title: "One" });
    await db.insert(searched).values({ id: other, owner_id, title: "Other", deleted_at: new Date().toISOString() });
    const { names, counts, lists } = await exported(owner_id, [reports, searched]);
    expect(names).toStrictEqual([name, `${name}_searched`]);
    expect(counts).toStrictEqual({ [name]: 1, [`${name}_searched`]: 1 });
    expect(lists).toMatchObject([
      [{ id: one, title: "One", is_deleted: false, created_at: expect.stringMatching(/^\d{4}-.*T.*Z$/) }],
      [{ id: other, title: "Other", is_deleted: true }],
    ]);
    expect(lists[1]?.[0]).not.toHaveProperty("search");
  });

  it("share the bytes, and are counted beyond them", async () => {
    const { id: owner_id } = await aUser();
    const long = () => ({ id: uuidv7(), owner_id, title: "x".repeat(600) });
    await db.insert(reports).values([long(), long(), long()]);
    const [alone, two] = [await exported(owner_id, [reports]), await exported(owner_id, [reports, searched])];
    expect([alone.lists[0]?.length, two.lists[0]?.length]).toStrictEqual([3, 1]);
    expect(two.counts).toMatchObject({ [name]: 3 });
  });

  it("may be none", async () => {
    const { id } = await aUser();
    const none = otherResources([]);
    expect(none.lists(db, id, bounds)).toStrictEqual([]);
    expect((await runner(db)(none.counts(db, id))).rows).toStrictEqual([{}]);
  });
});
