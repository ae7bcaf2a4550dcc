import { eq, inArray, sql } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { items, users } from "../../../src/db/schema.ts";
import { filesOf } from "../../../src/endpoint/bodies.ts";
import { endpoint, json } from "../../../src/endpoint/endpoint.ts";
import { headers } from "../../../src/http/headers.ts";
import { endpoints } from "../../../src/routes/index.ts";
import { exampleBody } from "../../examples.ts";
import { type Answer, answers, api, aUser, bindings, db, serve, unique } from "../../harness.ts";

const owner = await aUser({ full_name: "Ada" });
const { token } = owner;
const create = async (json: object = {}) =>
  (await api.post("/items", { token, json: { title: "Public", is_public: true, ...json } })).body;
const path = ({ id }: { id: string }) => `/public/items/${id}`;
/** The entry of a path in this data centre's cache. */
const cached = (at: string) => answers.match(`https://api.example.com/api/v1${at}`);

afterEach(() => void vi.restoreAllMocks());

/** The beginning of a declaration of a cached endpoint. */
const said = {
  ...({ method: "get", tags: ["items"], summary: "A test", description: "A test." } as const),
  ...({ access: "public", cached: { seconds: 60, staleSeconds: 60 } } as const),
} as const;

describe("GET /public/items/{id}", () => {
  it("shows a public item and its owner's profile to anybody, and nothing private", async () => {
    const { id, title, description, created_at, updated_at } = await create();
    const answer = await api.get(path({ id }));
    const profile = { id: owner.id, username: owner.username, full_name: "Ada" };
    expect(answer.body).toStrictEqual({ id, title, description, created_at, updated_at, owner: profile });
    expect(answer.headers.get("Cache-Control")).toBe("public, max-age=0, s-maxage=60, stale-while-revalidate=60");
  });

  it("asks the database once, and then not", async () => {
    const item = await create();
    const first = await api.get(path(item));
    const second = await api.get(path(item));
    expect([first.roundTrips, second.roundTrips]).toStrictEqual([1, 0]);
    expect(second.text).toBe(first.text);
    expect(second.headers.get("ETag")).toBe(first.headers.get("ETag"));
    expect(second.headers.get("X-Request-Id")).not.toBe(first.headers.get("X-Request-Id"));
    // The length is the server's to set.
    const names = ({ headers }: Answer) => [...headers.keys()].filter((name) => name !== "content-length").toSorted();
    expect(names(second)).toStrictEqual(names(first));
    expect(second.headers.get("Cache-Control")).toBe(first.headers.get("Cache-Control"));
  });

  it("says how old the answer is", async () => {
    const item = await create();
    const now = Date.now();
    let seconds = 0;
    const app = serve({ deps: { now: () => new Date(now + seconds * 1_000) } });
    expect((await app.get(path(item))).headers.get("Age")).toBe("0");
    seconds = 42;
    expect((await app.get(path(item))).headers.get("Age")).toMatch(/^4[12]$/);
  });

  it("keeps an answer for a minute and no longer", async () => {
    const item = await create();
    await api.get(path(item));
    expect((await cached(path(item)))?.headers.get("Cache-Control")).toBe("public, max-age=60");
  });

  it("answers 304 to a current copy, from the cache and past it", async () => {
    const item = await create();
    const etag = (await api.get(path(item))).headers.get("ETag") ?? "";
    const init = { headers: { "If-None-Match": `W/${etag}` } };
    const hit = await api.get(path(item), init);
    expect([hit.status, hit.text, hit.roundTrips]).toStrictEqual([304, "", 0]);
    await answers.delete(`https://api.example.com/api/v1${path(item)}`);
    const miss = await api.get(path(item), init);
    expect([miss.status, miss.text, miss.roundTrips]).toStrictEqual([304, "", 1]);
    // The kept answer is complete.
    expect((await api.get(path(item))).body.title).toBe("Public");
    expect((await api.get(path(item), { headers: { "If-None-Match": '"0-0"' } })).status).toBe(200);
  });

  it("answers HEAD as GET", async () => {
    const item = await create();
    for (const trips of [1, 0]) {
      const answer = await api.call("HEAD", path(item));
      expect([answer.status, answer.roundTrips]).toStrictEqual([200, trips]);
      expect(answer.headers.get("ETag")).toMatch(/^"[\w-]{22}"$/);
    }
  });

  it("shows a change at once where it was made", async () => {
    const item = await create();
    for (const title of ["First", "Second"]) {
      await api.get(path(item));
      await api.patch(`/items/${item.id}`, { token, json: { title } });
      expect((await api.get(path(item))).body.title).toBe(title);
    }
    await api.get(path(item));
    const operations = [{ op: "update", id: item.id.toUpperCase(), item: { title: "Third" } }];
    await api.post("/items/batch", { token, json: { operations } });
    expect((await api.get(path(item))).body.title).toBe("Third");
  });

  it("stays valid when something private changes: a private item, a password", async () => {
    const [item, hidden] = [await create(), await create({ is_public: false })];
    const listed = await api.get("/public/items");
    const { headers } = await api.get(path(item));
    await api.patch(`/items/${hidden.id}`, { token, json: { title: "Private" } });
    const operations = [{ op: "update", id: hidden.id, item: { title: "Still private" } }];
    await api.post("/items/batch", { token, json: { operations } });
    await api.delete(`/items/${hidden.id}`, { token });
    await api.post(`/items/${hidden.id}/restore`, { token });
    for (const at of ["/public/items", path(item)]) expect((await api.get(at)).roundTrips, at).toBe(0);
    await db.update(users).set({ password_hash: "changed" }).where(eq(users.id, owner.id));
    await answers.delete(`https://api.example.com/api/v1${path(item)}`);
    const again = await api.get(path(item));
    expect([again.roundTrips, again.headers.get("ETag")]).toStrictEqual([1, headers.get("ETag")]);
    expect(listed.text).not.toContain(hidden.id);
  });

  it("does not show private or deleted items, or those of a deleted user", async () => {
    const hidden = await create({ is_public: false });
    expect((await api.get(path(hidden))).status).toBe(404);
    const item = await create();
    for (const json of [{ is_public: false }, { is_public: true }]) {
      await api.get(path(item));
      await api.patch(`/items/${item.id}`, { token, json });
      expect((await api.get(path(item))).status).toBe(json.is_public ? 200 : 404);
    }
    await api.delete(`/items/${item.id}`, { token });
    expect((await api.get(path(item))).status).toBe(404);
    await api.post(`/items/${item.id}/restore`, { token });
    expect((await api.get(path(item))).status).toBe(200);
    for (const gone of [{ is_active: false }, { deleted_at: new Date().toISOString() }]) {
      const [{ id: owner_id }, id] = [await aUser(gone), crypto.randomUUID()];
      await db.insert(items).values({ id, owner_id, title: "Left", is_public: true });
      expect((await api.get(path({ id }))).status).toBe(404);
    }
  });

  it("goes on without the cache when that fails, and the log says so", async () => {
    const item = await create();
    const app = serve();
    for (const name of ["match", "put", "delete"] as const) {
      vi.spyOn(answers, name).mockRejectedValue(new Error("the cache is gone"));
    }
    expect((await app.get(path(item))).status).toBe(200);
    expect((await app.patch(`/items/${item.id}`, { token, json: { title: "New" } })).status).toBe(200);
    const warnings = app.logs.filter(({ cache }) => cache === "edge");
    expect(warnings).toHaveLength(4);
  });
});

it("a cache that does not answer costs half a second, and no more", async () => {
  const item = await create();
  vi.spyOn(answers, "match").mockReturnValue(new Promise(() => {}));
  const began = Date.now();
  expect((await api.get(path(item))).status).toBe(200);
  expect(Date.now() - began).toBeLessThan(10_000);
});

describe("GET /public/items", () => {
  it("has pages, newest first, each asked of the database once", async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift((await create({ title: `Item ${i}` })).id);
    const seen: string[] = [];
    let next: string | undefined = "/public/items?limit=2";
    while (next && seen.length < ids.length) {
      const answer = await api.get(next);
      const again = await api.get(next);
      expect([again.roundTrips, again.text]).toStrictEqual([0, answer.text]);
      expect(again.headers.get("Link")).toBe(answer.headers.get("Link"));
      seen.push(...answer.body.items.map((item: { id: string }) => item.id));
      next = /<(.+)>; rel="next"/.exec(answer.headers.get("Link") ?? "")?.[1];
    }
    expect(seen.slice(0, 5)).toStrictEqual(ids);
  });

  it("answers 304 to a current copy", async () => {
    await create();
    const etag = (await api.get("/public/items?limit=3")).headers.get("ETag") ?? "";
    for (const known of [etag, "*"]) {
      const answer = await api.get("/public/items?limit=3", { headers: { "If-None-Match": known } });
      expect([answer.status, answer.text, answer.headers.get("ETag")]).toStrictEqual([304, "", etag]);
    }
  });

  it("shows whatever becomes of an item on its first page at once", async () => {
    const firstOfAll = async () => (await api.get("/public/items")).body.items[0];
    await firstOfAll();
    const item = await create({ title: unique("new") });
    expect((await firstOfAll()).id).toBe(item.id);
    await api.patch(`/items/${item.id}`, { token, json: { title: "Changed" } });
    expect((await firstOfAll()).title).toBe("Changed");
    await api.delete(`/items/${item.id}`, { token });
    expect((await firstOfAll()).id).not.toBe(item.id);
    await api.post(`/items/${item.id}/restore`, { token });
    expect((await firstOfAll()).id).toBe(item.id);
    const operations = [{ op: "create", item: { title: "In a batch", is_public: true } }];
    const { body } = await api.post("/items/batch", { token, json: { operations } });
    expect((await firstOfAll()).id).toBe(body.results[0].item.id);
  });

  it("is one for all orders of its parameters", async () => {
    for (let i = 0; i < 5; i++) await create();
    // A page of a size that nobody else here asks for.
    const { next_cursor } = (await api.get("/public/items?limit=4")).body;
    expect((await api.get(`/public/items?limit=4&cursor=${next_cursor}`)).roundTrips).toBe(1);
    expect((await api.get(`/public/items?cursor=${next_cursor}&limit=4`)).roundTrips).toBe(0);
  });

  it("ends: behind its last page there is none", async () => {
    await create();
    let count = 0;
    let next: string | undefined = "/public/items?limit=99";
    while (next && count < 200) {
      const { body, headers } = await api.get(next);
      count += 1;
      next = /<(.+)>; rel="next"/.exec(headers.get("Link") ?? "")?.[1];
      expect(body.next_cursor === null).toBe(next === undefined);
      if (next) expect(body.items).toHaveLength(99);
    }
    expect(next).toBeUndefined();
  });

  it("promise 25: costs the same however many items of an owner who is gone are newer", async () => {
    const gone = await aUser({ is_active: false });
    await db.execute(sql`insert into items (id, owner_id, title, is_public, created_at)
      select gen_random_uuid(), ${gone.id}::uuid, 'Item ' || n, true, now() + interval '1 day' from generate_series(1, 2500) n`);
    const { id } = await create({ title: "Behind them all" });
    // The thousandth, which is the last that the first page looks at, is of somebody who is there.
    const [between] = await db
      .update(items)
      .set({ owner_id: owner.id })
      .where(
        eq(items.id, sql`(select id from items where owner_id = ${gone.id}::uuid order by id desc offset 999 limit 1)`),
      )
      .returning();
    const seen: { id: string }[][] = [];
    let next: string | undefined = "/public/items?limit=9";
    while (next && seen.length < 4) {
      const { body, headers, roundTrips } = await api.get(next);
      expect(roundTrips).toBe(1);
      seen.push(body.items);
      next = /<(.+)>; rel="next"/.exec(headers.get("Link") ?? "")?.[1];
    }
    await db.delete(items).where(inArray(items.owner_id, [gone.id, owner.id]));
    // A thousand at a time are looked at.
    expect(seen.slice(0, 2).map((page) => page.map((item) => item.id))).toStrictEqual([[between?.id], []]);
    expect(seen[2]?.[0]?.id).toBe(id);
    expect(new Set(seen.flat().map((item) => item.id)).size).toBe(seen.flat().length);
  });

  it("refuses a cursor of another list", async () => {
    await create();
    await create();
    const { body } = await api.get("/items?limit=1", { token });
    expect((await api.get(`/public/items?cursor=${body.next_cursor}`)).body.code).toBe("invalid_cursor");
  });
});

describe("a file that is cached", () => {
  const bytes = Uint8Array.from([0xef, 0xbb, 0xbf, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0xff, 0xc3]);
  const about = { "Content-Type": "image/png", "Content-Disposition": "inline", "Content-Language": "en", Link: "<b>" };
  const files = filesOf(["image/png"], "A picture");
  const language = { "Content-Language": { description: "Its language", schema: { type: "string" as const } } };
  const picture = endpoint(
    {
      ...said,
      ...{ path: "/picture", operationId: "picture" },
      responses: { 200: { ...files, headers: { ...headers("Content-Disposition", "Link"), ...language } } },
    },
    (c) => c.body(bytes, 200, about),
  );
  const app = serve({ endpoints: [picture] });

  it("has its bytes, its tag and its headers, from the cache and past it", async () => {
    for (const cache of ["miss", "hit"]) {
      const answer = await app.fetch(new Request("https://api.example.com/api/v1/picture"));
      expect(new Uint8Array(await answer.arrayBuffer()), cache).toStrictEqual(bytes);
      for (const [name, value] of Object.entries(about)) expect(answer.headers.get(name), cache).toBe(value);
    }
  });

  it("has the tag that its handler sets, from the cache and past it", async () => {
    const tagged = endpoint(
      { ...said, path: "/tagged", operationId: "tagged", responses: { 200: json(z.int(), "A number") } },
      (c) => c.json(1, 200, { ETag: '"of-its-own"' }),
    );
    const app = serve({ endpoints: [tagged] });
    for (const seen of ["miss", "hit"]) {
      const answer = await app.get("/tagged");
      expect([answer.status, answer.headers.get("ETag")], seen).toStrictEqual([200, '"of-its-own"']);
    }
    for (const seen of ["hit", "miss"]) {
      if (seen === "miss") await answers.delete("https://api.example.com/api/v1/tagged");
      expect((await app.get("/tagged", { headers: { "If-None-Match": '"of-its-own"' } })).status, seen).toBe(304);
    }
  });

  it("is computed anew for a client whose copy is newer than the one that is kept", async () => {
    let version = 0;
    const changing = endpoint(
      { ...said, path: "/changing", operationId: "changing", responses: { 200: json(z.int(), "A number") } },
      (c) => c.json(version, 200),
    );
    const none = { ...answers, match: async () => undefined, put: async () => undefined };
    const elsewhere = serve({ endpoints: [changing], deps: { answers: none } });
    const here = serve({ endpoints: [changing] });
    expect((await here.get("/changing")).body).toBe(0);
    version = 1;
    const tag = (await elsewhere.get("/changing")).headers.get("ETag") ?? "";
    expect((await here.get("/changing")).body).toBe(0);
    const answer = await here.get("/changing", { headers: { "If-Match": tag } });
    expect([answer.status, answer.body]).toStrictEqual([200, 1]);
  });

  it("answers 304 and 412 without the headers of the file, from the cache and past it", async () => {
    const tag = (await app.get("/picture")).headers.get("ETag") ?? "";
    for (const seen of ["hit", "miss"]) {
      for (const [asked, status] of [
        [{ "If-None-Match": tag }, 304],
        [{ "If-Match": '"other"' }, 412],
      ] as const) {
        if (seen === "miss") await answers.delete("https://api.example.com/api/v1/picture");
        const answer = await app.get("/picture", { headers: asked });
        expect(answer.status, seen).toBe(status);
        for (const name of ["Content-Disposition", "Content-Language", "Link"]) {
          expect(answer.headers.get(name), `${seen} ${name}`).toBeNull();
        }
      }
    }
  });
});

it("an answer of the edge is counted, like one of the database", async () => {
  let left = 2;
  const limiter = { limit: async () => ({ success: left-- > 0 }) };
  const app = serve({ bindings: { ...bindings, RATE_LIMIT_PUBLIC: limiter } });
  const init = { headers: { "CF-Connecting-IP": "192.0.2.1" } };
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await app.get("/public/items?limit=13", init)).status);
  expect(statuses).toStrictEqual([200, 200, 429]);
});

describe("promise 19: nothing private can be cached", () => {
  it("every other endpoint says no-store and stores nothing, for any caller", async () => {
    const put = vi.spyOn(answers, "put");
    for (const endpoint of endpoints.filter(({ contract }) => !contract.cached)) {
      const { route, policy } = endpoint;
      const saysItself = Object.values(route.responses).some(
        (answer) => "headers" in answer && "Cache-Control" in (answer.headers ?? {}),
      );
      if (saysItself) expect(policy.access, policy.operationId).toBe("public");
      const json = await exampleBody(endpoint);
      for (const caller of [undefined, await aUser(), await aUser({ role: "admin" })]) {
        const path = route.path.replaceAll(/\{.+?\}/g, (await aUser()).id);
        const init = { json, ...(caller && { token: caller.token }) };
        const answer = await api.call(route.method.toUpperCase(), path, init);
        if (!saysItself) expect(answer.headers.get("Cache-Control"), policy.operationId).toBe("no-store");
      }
    }
    expect(put).not.toHaveBeenCalled();
  });

  it("an endpoint that is cached cannot see who asks", async () => {
    const mirror = endpoint(
      {
        method: "get",
        path: "/mirror",
        operationId: "mirror",
        tags: ["items"],
        summary: "What it sees",
        description: "What it sees of a request.",
        access: "public",
        cached: { seconds: 60, staleSeconds: 60 },
        anyQuery: true,
        responses: { 200: json(z.record(z.string(), z.string()), "The headers and the URL") },
      },
      (c) => c.json({ ...c.req.header(), url: c.req.url }, 200),
    );
    const app = serve({ endpoints: [mirror] });
    const headers = { Cookie: "a=b", Authorization: `Bearer ${token}`, "X-Anything": "x" };
    expect((await app.get("/mirror?secret=x", { headers })).body).toStrictEqual({
      url: "https://api.example.com/api/v1/mirror",
    });
  });

  it("promise 19: an answer of the cache has no cookie of whoever asked first", async () => {
    const greeting = endpoint(
      {
        ...said,
        ...{ path: "/greeting", operationId: "greeting" },
        responses: { 200: json(z.object({ hello: z.string() }), "A greeting", "Set-Cookie") },
      },
      (c) => c.json({ hello: "you" }, 200, { "Set-Cookie": "first=1" }),
    );
    const app = serve({ endpoints: [greeting] });
    expect((await app.get("/greeting")).headers.get("Set-Cookie")).toBe("first=1");
    expect((await app.get("/greeting")).headers.get("Set-Cookie")).toBeNull();
  });

  it("errors of the public face are not cacheable", async () => {
    const put = vi.spyOn(answers, "put");
    for (const at of [
      path({ id: crypto.randomUUID() }),
      path({ id: "x" }),
      "/public/items?cursor=x",
      "/public/items?limit=0",
    ]) {
      const answer = await api.get(at);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
    }
    expect(put).not.toHaveBeenCalled();
  });

  it("credentials, origins and odd spellings change neither the answer nor its cache key", async () => {
    const item = await create({ title: "One for all" });
    const admin = await aUser({ role: "admin" });
    const put = vi.spyOn(answers, "put");
    expect((await api.get(`${path(item)}?utm=1&limit=2`)).status).toBe(422);
    expect(put).not.toHaveBeenCalled();
    const first = await admin.get(path(item), {
      headers: {
        Cookie: "a=b",
        Origin: "https://app.example.com",
        "X-Forwarded-Host": "evil.example",
        "X-HTTP-Method-Override": "DELETE",
        Range: "bytes=0-1",
        "Accept-Encoding": "evil",
      },
    });
    expect(first.headers.get("Access-Control-Allow-Origin")).toBe("https://app.example.com");
    const [request, stored] = put.mock.calls[0] ?? [];
    expect(request).toBe(`https://api.example.com/api/v1${path(item)}`);
    expect([...(stored?.headers.keys() ?? [])].toSorted()).toStrictEqual([
      "cache-control",
      "content-type",
      "etag",
      "x-made-at",
    ]);
    const spellings = [path(item), `${path(item)}/`, `${path(item)}?`, path({ id: item.id.toUpperCase() })];
    for (const spelling of [...spellings, path(item).replace(item.id[0], `%3${item.id[0]}`)]) {
      const answer = await api.get(spelling);
      expect([answer.status, answer.roundTrips, answer.text], spelling).toStrictEqual([200, 0, first.text]);
      expect(answer.headers.get("Access-Control-Allow-Origin")).toBeNull();
    }
    expect(put).toHaveBeenCalledTimes(1);
  });

  it("a list's Link has no parameter that a stranger made up", async () => {
    await create();
    await create();
    await api.get("/public/items?evil=1&limit=1");
    const { headers } = await api.get("/public/items?limit=1");
    expect(headers.get("Link")).toContain("limit=1");
    expect(headers.get("Link")).not.toContain("evil");
  });

  it("an item that was made private is let go of even by a batch, a deletion and an admin", async () => {
    const admin = await aUser({ role: "admin" });
    const [one, two] = [await create(), await create()];
    for (const item of [one, two]) await api.get(path(item));
    expect(await cached(path(one))).toBeDefined();
    const operations = [
      { op: "update", id: one.id, item: { is_public: false } },
      { op: "delete", id: two.id },
    ];
    await admin.post("/items/batch", { operations });
    for (const item of [one, two]) {
      expect(await cached(path(item))).toBeUndefined();
      expect((await api.get(path(item))).status).toBe(404);
    }
    const [row] = await db.select().from(items).where(eq(items.id, one.id));
    expect(row?.is_public).toBe(false);
  });
});
