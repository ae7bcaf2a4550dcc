import { getTableColumns, sql } from "drizzle-orm";
import { integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { exportQueries } from "../../src/crud/exports.ts";
import { ownedRow } from "../../src/db/schema.ts";
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
