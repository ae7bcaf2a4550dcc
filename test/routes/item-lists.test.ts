import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { items } from "../../src/db/schema.ts";
import { api, aUser, db } from "../harness.ts";

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
function sorted(rows: Row[], sort: string): Row[] {
  const key = sort.replace("-", "") as "created_at" | "updated_at" | "title";
  const sign = sort.startsWith("-") ? -1 : 1;
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return rows.toSorted((a, b) => sign * (compare(a[key], b[key]) || compare(a.id, b.id)));
}

describe("promise 25: the pages of a list together are the list", async () => {
  const owner = await ownerOf(60);
  const live = owner.rows.filter(({ deleted_at }) => deleted_at === null);

  it.each(sorts)("sorted by %s, ties and all", async (sort) => {
    const seen = await pages(owner.token, `&sort=${sort}`, 7);
    expect(seen.map(({ id }) => id)).toStrictEqual(sorted(live, sort).map(({ id }) => id));
  });

  it("for any sort, filter and page size", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sorts),
        fc.integer({ min: 1, max: 100 }),
        fc.constantFrom(undefined, "odd", "even words", "Item 003"),
        fc.constantFrom("live" as const, "deleted" as const),
        async (sort, limit, q, status) => {
          const query = new URLSearchParams({ sort, status, ...(q && { q }) });
          const seen = await pages(owner.token, `&${query}`, limit);
          const expected = owner.rows
            .filter((row) => (row.deleted_at === null) === (status === "live"))
            .filter((row) => !q || `${row.title} ${row.description}`.includes(q));
          expect(seen.map(({ id }) => id)).toStrictEqual(sorted(expected, sort).map(({ id }) => id));
        },
      ),
      { numRuns: 25 },
    );
  });

  it("while items come and go between the pages, each that stays is there once", async () => {
    const busy = await ownerOf(30);
    const stay = new Set(busy.rows.filter(({ deleted_at }) => deleted_at === null).map(({ id }) => id));
    const doomed = [...stay].filter((_, i) => i % 9 === 0);
    const seen = await pages(busy.token, "&sort=title", 4, async () => {
      await api.post("/items", { token: busy.token, json: { title: text(3) } });
      const id = doomed.pop();
      if (id) stay.delete(id) && (await api.delete(`/items/${id}`, { token: busy.token }));
    });
    const ids = seen.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of stay) expect(ids).toContain(id);
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

  it("counts on request only, in the same round trip", async () => {
    const owner = await ownerOf(12);
    expect((await api.get("/items", { token: owner.token })).body).not.toHaveProperty("total");
    const answer = await api.get("/items?include=total&limit=1&q=odd", { token: owner.token });
    expect(answer.body.total).toBe(
      owner.rows.filter((row) => row.deleted_at === null && row.description === "odd words").length,
    );
    expect(answer.roundTrips).toBe(1);
  });

  it("finds words, the best match first, every character taken literally", async () => {
    const { token } = await aUser();
    for (const json of [
      { title: "Engine", description: "nothing else" },
      { title: "Engine engine engine", description: "engine" },
      { title: "100% cotton & 'quotes'" },
    ])
      await api.post("/items", { token, json });
    const find = async (q: string) => (await pages(token, `&q=${encodeURIComponent(q)}`, 1)).map(({ title }) => title);
    expect(await find("engine")).toStrictEqual(["Engine engine engine", "Engine"]);
    expect(await find("cotton quotes")).toStrictEqual(["100% cotton & 'quotes'"]);
    for (const q of ["!", "' or 1=1", "a:*", "((", "\\", "<->", "engine | cotton"]) {
      expect(await find(q), q).toStrictEqual([]);
    }
  });

  it("shows an admin anybody's, and nobody else", async () => {
    const [owner, admin] = [await ownerOf(3), await aUser({ role: "admin" })];
    const path = `/items?owner_id=${owner.id}`;
    expect((await api.get(path, { token: admin.token })).body.items).toHaveLength(3);
    for (const { token } of [owner, await aUser()]) {
      const answer = await api.get(path, { token });
      expect(answer.status).toBe(403);
    }
  });

  it("refuses a cursor of another sort, filter, owner or list", async () => {
    const [owner, admin] = [await ownerOf(5), await aUser({ role: "admin" })];
    const { next_cursor } = (await api.get("/items?limit=1&sort=title", { token: owner.token })).body;
    const good = await api.get(`/items?limit=2&sort=title&cursor=${next_cursor}`, { token: owner.token });
    expect(good.status).toBe(200);
    for (const path of ["/items?", "/items?sort=-title&", "/items?sort=title&q=a&", "/auth/sessions?"]) {
      const answer = await api.get(`${path}cursor=${next_cursor}`, { token: owner.token });
      expect(answer.status, path).toBe(400);
      expect(answer.body.code).toBe("invalid_cursor");
    }
    expect((await api.get(`/items?sort=title&cursor=${next_cursor}`, { token: admin.token })).status).toBe(400);
  });

  it.each([
    "sort=password_hash",
    "sort=--title",
    "status=gone",
    "include=owners",
    "created_after=yesterday",
    "q=",
    "owner_id=1",
  ])("refuses %s", async (query) => {
    const { token } = await aUser();
    expect((await api.get(`/items?${query}`, { token })).status).toBe(422);
  });
});
