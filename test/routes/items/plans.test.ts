import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { Items } from "../../../src/crud/items.ts";
import { PublicItems } from "../../../src/crud/public-items.ts";
import { purgeRows } from "../../../src/crud/rows.ts";
import { items } from "../../../src/db/schema.ts";
import { aUser, db, unique } from "../../harness.ts";
import { first, later, manyUsers, middle, planOf } from "../../plans.ts";

const { id } = await aUser();
const mine = { ownerId: id, status: "live" } as const;
const deleted = { ownerId: id, status: "deleted" } as const;

beforeAll(async () => {
  const mark = unique("plan");
  await db.batch([
    manyUsers(mark),
    db.execute(sql`insert into items (id, owner_id, title)
      select gen_random_uuid(), ${id}::uuid, 'Item ' || n from generate_series(1, 5000) n`),
    db.execute(sql`insert into items (id, owner_id, title, deleted_at)
      select gen_random_uuid(), ${id}::uuid, 'Item ' || n, now() from generate_series(1, 5000) n`),
    db.execute(sql`insert into items (id, owner_id, title, is_public)
      select gen_random_uuid(), id, 'Item', true from users where username like ${`${mark}%`}`),
    db.execute(sql`analyze users, items`),
  ]);
});

describe("the hot queries use their indexes, and sort nothing", () => {
  it.each([
    ["one item", Items.find(db, id, { id }), "items_pkey"],
    ["the first page of items", Items.list(db, mine, "-created_at", first), "items_created_idx"],
    ["a later page of items", Items.list(db, mine, "-created_at", later), "items_created_idx"],
    ["items by their last change", Items.list(db, mine, "-updated_at", later), "items_updated_idx"],
    ["items by title", Items.list(db, mine, "title", { ...later, after: { key: "I", id: middle } }), "items_title_idx"],
    ["the first page of public items", PublicItems.list(db, first), "items_public_idx"],
    ["a later page of public items", PublicItems.list(db, later), "items_public_idx"],
    ["a page of deleted items", Items.list(db, deleted, "-created_at", later), "items_deleted_idx"],
  ])("%s", async (_what, query, index) => {
    const plan = await planOf(query);
    expect(plan).toContain(index);
    expect(plan).not.toMatch(/Seq Scan|Sort/);
  });

  it("a search among few items reads those, not everybody's with the word", async () => {
    const few = await aUser();
    await db.execute(sql`insert into items (id, owner_id, title) select gen_random_uuid(), ${few.id}::uuid, 'Item'
      from generate_series(1, 5)`);
    const found = { ownerId: few.id, status: "live", q: "item" } as const;
    for (const query of Items.search(db, found, "-relevance", first)) {
      const plan = await planOf(query);
      expect(plan).toMatch(/Index Cond: \(owner_id = /);
      expect(plan).not.toMatch(/items_search_idx|Seq Scan/);
    }
  });

  it("the purge of items starts with the longest gone", async () => {
    const plan = await planOf(purgeRows(db, items, 30, 1_000));
    expect(plan).toContain("items_purge_idx");
    expect(plan).not.toMatch(/Seq Scan|Sort/);
  });

  it.each([
    ["-created_at", {}, /Index Cond: .*owner_id = .*created_at, id.* < /],
    ["-created_at", { createdBefore: later.after.key }, /Index Cond: .*owner_id = .*created_at, id.* < /],
    ["created_at", { createdAfter: "2020-01-01T00:00:00Z" }, /Index Cond: .*owner_id = .*created_at, id.* > /],
  ] as const)(
    "promise 25: a later page by %s with %j starts at its place in the index",
    async (sort, bounds, place) => {
      const plan = await planOf(Items.list(db, { ...mine, ...bounds }, sort, later));
      expect(plan).toMatch(place);
      // A bound of its own would be where the scan starts, however far the page is from there.
      expect(plan).not.toMatch(/\(created_at [<>]/);
    },
  );

  it("promise 25: the other bound still holds on a later page", async () => {
    const recent = { ...mine, createdAfter: "2020-01-01T00:00:00Z" };
    expect(await planOf(Items.list(db, recent, "-created_at", later))).toMatch(/\(created_at >= /);
    const old = { ...mine, createdBefore: later.after.key };
    expect(await planOf(Items.list(db, old, "created_at", later))).toMatch(/\(created_at < /);
    expect(await planOf(Items.list(db, old, "title", { ...later, after: { key: "I", id: middle } }))).toMatch(
      /\(created_at < /,
    );
  });
});
