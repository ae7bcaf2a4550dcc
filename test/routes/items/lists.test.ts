import { sql } from "drizzle-orm";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import type { z } from "zod";
import { mostRanked } from "../../../src/crud/searches.ts";
import { items } from "../../../src/db/schema.ts";
import type { ItemQuery } from "../../../src/schemas/items.ts";
import { api, aUser, db } from "../../harness.ts";

const { seed } = inject("fuzz");

type Row = { id: string; title: string; created_at: string; updated_at: string };
const text = (n: number) => `Item ${String(n).padStart(3, "0")}`;

async function ownerOf(count: number) {
  const owner = await aUser();
  const now = Date.now();
  const rows = Array.from({ length: count }, (_, i) => ({
    id: crypto.randomUUID(),
    owner_id: owner.id,
    // Every key occurs several times: ties are what breaks lists.
    title: text(i % 7),
    description: i % 2 ? "odd words" : "even words",
    created_at: new Date(now - (i % 5) * 1000).toISOString(),
    updated_at: new Date(now - (i % 3) * 1000).toISOString(),
    deleted_at: i % 11 === 10 ? new Date(now).toISOString() : null,
  }));
  if (rows.length > 0) await db.insert(items).values(rows);
  return { ...owner, rows };
}

async function pages(token: string, query: string, limit: number, between?: () => Promise<unknown>): Promise<Row[]> {
  const seen: Row[] = [];
  let path: string | undefined = `/items?limit=${limit}${query}`;
  while (path) {
    const answer = await api.get(path, { token });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.roundTrips).toBe(1);
    seen.push(...answer.body.items);
    path = /<(.+)>; rel="next"/.exec(answer.headers.get("Link") ?? "")?.[1];
    await between?.();
  }
  return seen;
}

const sorts = ["created_at", "-created_at", "updated_at", "-updated_at", "title", "-title"] as const;
const columnOf = { created_at: items.created_at, updated_at: items.updated_at, title: items.title };

function sorted(rows: Row[], sort: string): Row[] {
  const key = sort.replace("-", "") as keyof typeof columnOf;
  const sign = sort.startsWith("-") ? -1 : 1;
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return rows.toSorted((a, b) => sign * (compare(a[key], b[key]) || compare(a.id, b.id)));
}

/**
 * The parameters that choose and order the caller's items. A new one compiles once `anyQuery` has values to try and
 * `oneBigQuery` a condition. Give the items of `ownerOf` both values, too.
 */
type Query = Omit<z.input<typeof ItemQuery>, "include" | "owner_id">;
type Tried = { [Parameter in keyof Required<Query>]: fc.Arbitrary<Query[Parameter]> };

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
/** Around the moments at which `ownerOf` creates. */
const aMoment = fc.integer({ min: -6_000, max: 1_000 }).map((ms) => new Date(Date.now() + ms).toISOString());
const anyQuery: fc.Arbitrary<Query> = fc
  .record({
    sort: maybe(fc.constantFrom(...sorts, "relevance" as const, "-relevance" as const)),
    q: maybe(fc.constantFrom("odd", "even words", "Item 003", "item", "& | ! words :*", "nowhere")),
    status: maybe(fc.constantFrom("live" as const, "deleted" as const)),
    created_after: maybe(aMoment),
    created_before: maybe(aMoment),
  } satisfies Tried)
  // Without words nothing is relevant.
  .map((query) => (query.q === undefined && query.sort?.endsWith("relevance") ? { ...query, q: "item" } : query));
const anyWrites = fc.array(
  fc.record({ kind: fc.constantFrom("create" as const, "delete" as const, "restore" as const), which: fc.nat() }),
  { maxLength: 12 },
);

function asked(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, value);
  return `&${parameters}`;
}

/** The expected ids of all pages, from one query without the code under test. */
async function oneBigQuery(ownerId: string, query: Query): Promise<string[]> {
  const { q, status, created_after: after, created_before: before, sort: order, ...others } = query;
  others satisfies Record<string, never>;
  const sort = order ?? (q === undefined ? "-created_at" : "-relevance");
  const words = sql`plainto_tsquery('simple', ${q ?? ""})`;
  const key = sort.endsWith("relevance")
    ? sql`ts_rank(${items.search}, ${words})`
    : columnOf[sort.replace("-", "") as keyof typeof columnOf];
  const direction = sql.raw(sort.startsWith("-") ? "desc" : "asc");
  const { rows } = await db.execute<{ id: string }>(sql`
    select ${items.id} from ${items}
    where ${items.owner_id} = ${ownerId}::uuid
      and (${items.deleted_at} is null) = ${status !== "deleted"}::boolean
      and ${items.created_at} >= coalesce(${after ?? null}::timestamptz, '-infinity')
      and ${items.created_at} < coalesce(${before ?? null}::timestamptz, 'infinity')
      and (${q ?? null}::text is null or ${items.search} @@ ${words})
    order by ${key} ${direction}, ${items.id} ${direction}`);
  return rows.map(({ id }) => id);
}

function at<T>(list: readonly T[], index: number): T {
  const [found] = list.slice(index % list.length);
  if (found === undefined) throw new Error("The list is empty");
  return found;
}

describe("promise 25: the pages of a list together are the list", async () => {
  const owner = await ownerOf(60);
  const live = owner.rows.filter(({ deleted_at }) => deleted_at === null);

  it.each(sorts)("sorted by %s, ties and all", async (sort) => {
    const seen = await pages(owner.token, `&sort=${sort}`, 7);
    expect(seen.map(({ id }) => id)).toStrictEqual(sorted(live, sort).map(({ id }) => id));
  });

  it("for any sort, filters and page size", async () => {
    await fc.assert(
      fc.asyncProperty(anyQuery, fc.integer({ min: 1, max: 100 }), async (query, limit) => {
        const seen = await pages(owner.token, asked(query), limit);
        const whole = await oneBigQuery(owner.id, query);
        expect(seen.map(({ id }) => id)).toStrictEqual(whole);
        const { body } = await owner.get(`/items?limit=1&include=total${asked(query)}`);
        expect(body.total).toBe(whole.length);
      }),
      { numRuns: 60, seed },
    );
  });

  it("for any of them while items come and go between the pages: each that stays is there once, in its place", async () => {
    await fc.assert(
      fc.asyncProperty(anyQuery, fc.integer({ min: 1, max: 9 }), anyWrites, async (query, limit, writes) => {
        const busy = await ownerOf(24);
        const { token } = busy;
        const before = await oneBigQuery(busy.id, query);
        const untouched = [...busy.rows];
        const write = {
          create: () => api.post("/items", { token, json: { title: text(3), description: "odd words" } }),
          delete: ({ id }: Row) => api.delete(`/items/${id}`, { token }),
          restore: ({ id }: Row) => api.post(`/items/${id}/restore`, { token }),
        };
        const seen = await pages(token, asked(query), limit, async () => {
          const next = writes.shift();
          if (next === undefined) return;
          const isWanted = (row: Row & { deleted_at: string | null }) =>
            (row.deleted_at === null) === (next.kind === "delete");
          const candidates = next.kind === "create" ? [] : untouched.filter(isWanted);
          // An item that was touched twice would have two places in the order.
          const [row] = candidates.length > 0 ? untouched.splice(untouched.indexOf(at(candidates, next.which)), 1) : [];
          const answer = row && next.kind !== "create" ? await write[next.kind](row) : await write.create();
          expect(answer.status).toBeLessThan(300);
        });
        const ids = seen.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        const stayed = new Set(untouched.map(({ id }) => id));
        const whole = (all: string[]) => all.filter((id) => stayed.has(id));
        expect(whole(ids)).toStrictEqual(whole(before));
        expect(whole(await oneBigQuery(busy.id, query))).toStrictEqual(whole(before));
      }),
      { numRuns: 30, seed },
    );
  });
});

describe("GET /items", () => {
  it("filters by time of creation", async () => {
    const owner = await ownerOf(20);
    const moments = [...new Set(owner.rows.map(({ created_at }) => created_at))].toSorted();
    const [from = "", to = ""] = [moments[1], moments[3]];
    const seen = await pages(owner.token, `&created_after=${from}&created_before=${to}`, 100);
    const expected = owner.rows.filter(
      (row) => row.deleted_at === null && row.created_at >= from && row.created_at < to,
    );
    expect(seen).toHaveLength(expected.length);
  });

  it("takes a moment with any offset and any precision", async () => {
    const { token } = await ownerOf(3);
    for (const [time, count] of [
      [`2020-01-01T00:00:00.${"0".repeat(200)}1Z`, 3],
      ["2020-01-01T00:00:00-12:00", 3],
      ["9999-12-31T23:59:59.999Z", 0],
    ] as const) {
      const query = new URLSearchParams({ created_after: time });
      expect((await api.get(`/items?${query}`, { token })).body.items).toHaveLength(count);
    }
  });

  it("counts on request only, in the same round trip", async () => {
    const owner = await ownerOf(12);
    expect((await owner.get("/items")).body).not.toHaveProperty("total");
    const answer = await owner.get("/items?include=total&limit=1&q=odd");
    expect(answer.body.total).toBe(
      owner.rows.filter((row) => row.deleted_at === null && row.description === "odd words").length,
    );
    expect(answer.roundTrips).toBe(1);
  });

  it("finds words, the best match first, every character taken literally", async () => {
    const ada = await aUser();
    for (const json of [
      { title: "Engine", description: "nothing else" },
      { title: "Engine engine engine", description: "engine" },
      { title: "100% cotton & 'quotes'" },
    ])
      await ada.post("/items", json);
    const find = async (q: string) =>
      (await pages(ada.token, `&q=${encodeURIComponent(q)}`, 1)).map(({ title }) => title);
    expect(await find("engine")).toStrictEqual(["Engine engine engine", "Engine"]);
    for (const q of ["cotton quotes", "quotes cotton", '"quotes cotton"', "-cotton", "!cotton"]) {
      expect(await find(q), q).toStrictEqual(["100% cotton & 'quotes'"]);
    }
    for (const q of ["!", "' or 1=1", "a:*", "((", "\\", "<->", "engine | cotton", "engine or cotton"]) {
      expect(await find(q), q).toStrictEqual([]);
    }
  });

  it("finds accents however they are composed, and keeps the text as it was sent", async () => {
    const ada = await aUser();
    const titles = ["café Ångström", "naïve ﬁ 한국"].flatMap((title) => [
      title.normalize("NFD"),
      title.normalize("NFC"),
    ]);
    for (const title of titles) await ada.post("/items", { title, description: title });
    const find = async (q: string) =>
      (await pages(ada.token, `&q=${encodeURIComponent(q)}`, 10)).map(({ title }) => title);
    for (const form of ["NFC", "NFD"]) {
      expect((await find("Ångström café".normalize(form))).toSorted()).toStrictEqual(titles.slice(0, 2).toSorted());
      expect((await find("한국".normalize(form))).toSorted()).toStrictEqual(titles.slice(2).toSorted());
    }
    expect(await find("cafe")).toStrictEqual([]);
  });

  it("finds each word of tags, paths, addresses and names, by the word and by the whole", async () => {
    const ada = await aUser();
    const word = "engine";
    for (const title of [
      "<engine>",
      "steam/engine",
      "/usr/bin/engine",
      "engine@example.org",
      "engine.example.com",
      "https://example.com/a?engine=1#x",
      "<!-- engine -->",
      "steam-engine_no.7",
      "the engine's",
    ]) {
      const { body } = await ada.post("/items", { title });
      for (const q of [word, title]) {
        const found = await ada.get(`/items?${new URLSearchParams({ q })}`);
        expect(
          found.body.items.map(({ id }: Row) => id),
          `${q} in ${title}`,
        ).toContain(body.id);
      }
    }
  });

  it("pages through the longest titles that there can be", async () => {
    const ada = await aUser();
    for (const end of ["a", "b", "c"]) await ada.post("/items", { title: `${"🔑".repeat(199)}${end}` });
    for (const sort of ["title", "-title"]) expect(await pages(ada.token, `&sort=${sort}`, 1)).toHaveLength(3);
  });

  it("shows another user's items to an admin only", async () => {
    const [owner, admin] = [await ownerOf(3), await aUser({ role: "admin" })];
    const path = `/items?owner_id=${owner.id}`;
    expect((await admin.get(path)).body.items).toHaveLength(3);
    for (const { token } of [owner, await aUser()]) {
      const answer = await api.get(path, { token });
      expect(answer.status).toBe(403);
    }
  });

  it("refuses a cursor of another sort, filter, owner or list", async () => {
    const [owner, admin] = [await ownerOf(5), await aUser({ role: "admin" })];
    const { next_cursor } = (await owner.get("/items?limit=1&sort=title")).body;
    // The content of a page does not identify its list.
    for (const other of ["limit=2", "include=total"]) {
      const good = await owner.get(`/items?${other}&sort=title&cursor=${next_cursor}`);
      expect(good.status).toBe(200);
    }
    const filters = [
      "q=a",
      "status=deleted",
      "created_after=2020-01-01T00:00:00Z",
      "created_before=2100-01-01T00:00:00Z",
    ];
    const others = filters.map((filter) => `/items?sort=title&${filter}&`);
    for (const path of ["/items?", "/items?sort=-title&", ...others, "/auth/sessions?"]) {
      const answer = await owner.get(`${path}cursor=${next_cursor}`);
      expect(answer.status, path).toBe(400);
      expect(answer.body.code).toBe("invalid_cursor");
    }
    expect((await admin.get(`/items?sort=title&cursor=${next_cursor}`)).status).toBe(400);
  });

  it.each([
    "sort=password_hash",
    "sort=--title",
    "status=gone",
    "include=owners",
    "created_after=yesterday",
    "created_after=0000-01-01T00:00:00Z",
    "created_before=1969-12-31T23:59:59Z",
    "created_before=9999-12-31T23:59:59-12:00",
    "created_before=2026-01-01T24:00:00Z",
    "q=",
    "owner_id=1",
  ])("refuses %s", async (query) => {
    const ada = await aUser();
    expect((await ada.get(`/items?${query}`)).status).toBe(422);
  });
});

describe("a list in a query", async () => {
  const ada = await aUser();
  const includes = async (query: string) => (await ada.get(`/items?${query}`)).body;

  it("is taken in both of its spellings", async () => {
    await ada.post("/items", { title: "One" });
    for (const query of ["include=owner&include=total", "include=owner,total", "include=owner%2Ctotal&include=total"]) {
      expect(await includes(query), query).toMatchObject({ total: 1, items: [{ owner: { id: expect.any(String) } }] });
    }
    expect(await includes("include=total")).not.toHaveProperty("items.0.owner");
  });

  it("is refused for what it may not hold", async () => {
    for (const query of ["include=", "include=owner,", "include=owner&include=x", "include=owner,x"]) {
      expect(await includes(query), query).toMatchObject({
        errors: [{ loc: ["query", "include", expect.any(Number)] }],
      });
    }
  });

  it("is documented as clients repeat it", async () => {
    const { parameters } = (await api.get("/openapi.json")).body.paths["/api/v1/items"].get;
    expect(parameters.find(({ name }: { name: string }) => name === "include")).toMatchObject({
      in: "query",
      required: false,
      schema: { type: "array", items: { type: "string", enum: ["owner", "total"] }, maxItems: 100 },
      style: "form",
      explode: true,
    });
  });
});

it("a moment is spelt in capitals or not (RFC 3339, section 5.6)", async () => {
  const ada = await aUser();
  for (const moment of ["2026-01-01t00:00:00z", "2026-01-01T00:00:00Z", "2026-01-01t00:00:00%2B01:00"]) {
    expect((await ada.get(`/items?created_after=${moment}`)).status, moment).toBe(200);
  }
});

describe("a time of the database", () => {
  const [earliest, latest] = ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"];

  it("beyond RFC 3339 does not fail a list, nor its pages", async () => {
    const ada = await aUser();
    const times = ["infinity", "12026-01-01 UTC", "2026-01-01 UTC", "0050-01-01 UTC", "0044-03-15 UTC BC", "-infinity"];
    for (const created_at of times) {
      await db.insert(items).values({ id: crypto.randomUUID(), owner_id: ada.id, title: "t", created_at });
    }
    const seen: string[] = [];
    for (let next = "/items?limit=1"; next !== ""; ) {
      const { status, body, headers } = await ada.get(next);
      expect(status).toBe(200);
      seen.push(...body.items.map(({ created_at }: { created_at: string }) => created_at));
      next = /<(.+)>; rel="next"/.exec(headers.get("Link") ?? "")?.[1] ?? "";
    }
    expect(seen).toStrictEqual([
      ...[latest, latest, "2026-01-01T00:00:00.000Z"],
      ...["0050-01-01T00:00:00.000Z", earliest, earliest],
    ]);
  });
});

describe("a search", () => {
  it("ranks up to 10,000 matches, lists more newest first, and keeps the order of its first page", async () => {
    const ada = await aUser();
    const add = (count: number, title: string, age: string) =>
      db.execute(sql`insert into items (id, owner_id, title, created_at)
        select gen_random_uuid(), ${ada.id}::uuid, ${title}, now() - ${age}::interval - n * interval '1 second'
        from generate_series(1, ${count}::int) as n`);
    const search = async (cursor?: string) => {
      const { body } = await ada.get(`/items?q=common&limit=2${cursor ? `&cursor=${cursor}` : ""}`);
      return { titles: body.items.map(({ title }: { title: string }) => title), cursor: body.next_cursor };
    };
    await add(mostRanked - 3, "common among many other words", "1 hour");
    await add(3, "common common common", "1 day");
    await db.execute(sql`analyze ${items}`);
    const best = "common common common";
    const ranked = await search();
    expect(ranked.titles).toStrictEqual([best, best]);

    await add(1, "newest and common", "0 s");
    const broad = await search();
    expect(broad.titles[0]).toBe("newest and common");
    expect((await search(ranked.cursor)).titles[0]).toBe(best);

    await db.execute(sql`delete from items where owner_id = ${ada.id}::uuid and title = ${best}`);
    expect((await search()).cursor).not.toBeNull();
    expect((await search(broad.cursor)).titles).toStrictEqual(Array(2).fill("common among many other words"));
  });
});
