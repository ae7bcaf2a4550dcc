import { z } from "@hono/zod-openapi";
import { is, SQL, sql } from "drizzle-orm";
import { getTableConfig, type PgColumn, pgTable, text as textColumn } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import type { PageRequest } from "../../src/crud/keyset.ts";
import { ofOrganization } from "../../src/crud/organization-rows.ts";
import { owned } from "../../src/crud/owned.ts";
import { mostRanked, searchQueries, shownColumns } from "../../src/crud/searches.ts";
import type { Database } from "../../src/db/client.ts";
import { dialect } from "../../src/db/drizzle.ts";
import { organizationPolicy, organizationRow, ownedRow, searchOf } from "../../src/db/schema.ts";
import { endpoint, json } from "../../src/endpoint/endpoint.ts";
import { Id } from "../../src/schemas/common.ts";
import { pageOf } from "../../src/schemas/pages.ts";
import { text } from "../../src/schemas/text.ts";
import { aUser, db, serve } from "../harness.ts";
import { anOrganization } from "../members.ts";

const suffix = uuidv7().replaceAll("-", "_");
const own = { name: textColumn().notNull(), note: textColumn(), search: searchOf("name", "note") };
const books = pgTable(`books_${suffix}`, { ...ownedRow, ...own });
const films = pgTable(`films_${suffix}`, { ...organizationRow, ...own }, (table) => [
  organizationPolicy(`films_${suffix}`, table),
]);
const policy = organizationPolicy("", films).using;
for (const [table, owner] of [
  [books, "owner_id uuid not null"],
  [films, "organization_id uuid not null, created_by uuid"],
] as const) {
  const { name } = getTableConfig(table);
  await db.execute(
    sql.raw(`create table ${name} (id uuid primary key, ${owner}, created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now(), deleted_at timestamptz(3), version int not null default 1,
      name text not null, note text, search tsvector generated always as (${generatedAs(table.search)}) stored)`),
  );
  await db.execute(sql.raw(`create index on ${name} using gin (search)`));
}
await db.execute(sql`alter table ${films} enable row level security, force row level security`);
await db.execute(sql.raw(`create policy own on films_${suffix} using (${policy && dialect.sqlToQuery(policy).sql})`));

function generatedAs({ generated }: PgColumn): string {
  const as = generated?.as;
  if (!is(as, SQL)) throw new Error("The column is not generated");
  return dialect.sqlToQuery(as).sql;
}

const Found = z.object({ id: Id, name: z.string() }).openapi("Found");
const FoundPage = pageOf(Found).openapi("FoundPage");
const FoundQuery = z.object({ q: text({ min: 1, max: 200 }) });
const said = { method: "get", tags: ["shelf"], description: "Best match first.", paged: true } as const;
const responses = { 200: json(FoundPage, "A page of what was found") };

const Books = {
  search(db: Database, ownerId: string, q: string, at: PageRequest) {
    const search = { q, descending: true, where: owned(books, ownerId, "live") };
    return searchQueries(db, books, shownColumns(books), search, at);
  },
};

const searchBooks = endpoint(
  {
    ...{ ...said, path: "/books", operationId: "searchBooks", summary: "Search your books" },
    ...{ access: "user", request: { query: FoundQuery }, responses },
  },
  async (c) => {
    const { db, run, user, page } = c.var;
    const query = c.req.valid("query");
    const found = await page(query, async (at) => (await run(...Books.search(db, user.id, query.q, at))).flat());
    return c.json(FoundPage.parse(found), 200);
  },
);

const searchFilms = endpoint(
  {
    ...{ ...said, path: "/organizations/{organization_id}/films", operationId: "searchFilms", summary: "Search films" },
    ...{ access: { member: "member" }, responses },
    request: { params: z.object({ organization_id: Id }), query: FoundQuery },
  },
  async (c) => {
    const { db, run, member, page } = c.var;
    const query = c.req.valid("query");
    const search = { q: query.q, descending: true, where: ofOrganization(films, member, "live") };
    const found = await page(query, async (at) =>
      (await run(...searchQueries(db, films, shownColumns(films), search, at))).flat(),
    );
    return c.json(FoundPage.parse(found), 200);
  },
);

const app = serve({ endpoints: [searchBooks, searchFilms] });

describe.each([
  {
    ...{ what: "a user's rows", table: books, owner: "owner_id" },
    make: async () => {
      const { id, token } = await aUser();
      return { id, token, path: "/books" };
    },
  },
  {
    ...{ what: "an organization's rows", table: films, owner: "organization_id" },
    make: async () => {
      const { id, path, member } = await anOrganization();
      return { id, token: member.token, path: `${path}/films` };
    },
  },
])("a search of $what", ({ table, owner, make }) => {
  async function aShelf() {
    const { id, token, path } = await make();
    return {
      add: (count: number, name: string, { note = "", age = "0 s" } = {}) =>
        db.execute(sql`insert into ${table} (id, ${sql.identifier(owner)}, name, note, created_at)
          select gen_random_uuid(), ${id}::uuid, ${name}, nullif(${note}, ''), now() - ${age}::interval - n * interval '1 millisecond'
          from generate_series(1, ${count}::int) as n`),
      find: async (q: string, cursor?: string, limit = 2) => {
        const query = new URLSearchParams({ q, limit: `${limit}`, ...(cursor && { cursor }) });
        const { status, body } = await app.get(`${path}?${query}`, { token });
        expect(status).toBe(200);
        return { names: body.items.map(({ name }: { name: string }) => name), cursor: body.next_cursor };
      },
    };
  }

  it("finds the rows that have all words, in any of the columns, and no one else's", async () => {
    const [mine, other] = await Promise.all([aShelf(), aShelf()]);
    await mine.add(1, "Moby-Dick", { note: "A whale/ship" });
    await mine.add(1, "Ship of fools");
    await other.add(1, "Ship, too");
    expect((await mine.find("SHIP")).names.toSorted()).toStrictEqual(["Moby-Dick", "Ship of fools"]);
    expect((await mine.find("ship dick")).names).toStrictEqual(["Moby-Dick"]);
    expect((await mine.find("!!! | &")).names).toStrictEqual([]);
    expect((await other.find("ship")).names).toStrictEqual(["Ship, too"]);
  });

  it("ranks up to 10,000 matches, lists more newest first, and keeps the order of its first page", async () => {
    const shelf = await aShelf();
    const [best, other, newest] = ["common common", "common among many other words", "newest and common"];
    await shelf.add(2, best, { age: "1 day" });
    await shelf.add(mostRanked - 2, other, { age: "1 hour" });
    const ranked = await shelf.find("common", undefined, 1);
    expect(ranked.names).toStrictEqual([best]);

    await shelf.add(1, newest);
    expect((await shelf.find("common", ranked.cursor, 1)).names).toStrictEqual([best]);
    const broad = await shelf.find("common");
    expect(broad.names).toStrictEqual([newest, other]);

    await db.execute(sql`delete from ${table} where name = ${best}`);
    expect((await shelf.find("common")).names).toContain(other);
    expect((await shelf.find("common", broad.cursor)).names).toStrictEqual([other, other]);
  });

  it("answers each row once over all pages", async () => {
    const shelf = await aShelf();
    for (const n of [1, 2, 3, 4, 5]) await shelf.add(1, `word ${"word ".repeat(n % 2)}${n}`);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const found = await shelf.find("word", cursor);
      seen.push(...found.names);
      cursor = found.cursor ?? undefined;
    } while (cursor);
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
  });
});
