import { randomBytes } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { cached, evict } from "../../src/context/cached.ts";
import { Users } from "../../src/crud/users.ts";
import { members, sessions, users } from "../../src/db/schema.ts";
import { endpoint } from "../../src/endpoint/endpoint.ts";
import { ApiError } from "../../src/errors.ts";
import { type Texts, textsInMemory } from "../../src/platform/texts.ts";
import { type Answer, aKey, aUser, bindings, db, serve, unique } from "../harness.ts";
import { anOrganization } from "../members.ts";
import { keeping, responses, Shown, said } from "./keeping.ts";

const seen = ({ body, roundTrips }: Answer) => [body.value, body.computed, roundTrips];

describe("cached", () => {
  it("computes once, and then spends one round trip on the guard and none for a stranger", async () => {
    const ada = await aUser();
    const app = keeping((of) => ({ of, at: [1, null] }));
    const [own, shared] = [`/user/own?key=${unique()}`, `/public/shared?key=${unique()}`];
    expect(seen(await app.as(ada).get(own))).toStrictEqual([{ of: ada.id, at: [1, null] }, 1, 1]);
    expect(seen(await app.as(ada).get(own))).toStrictEqual([{ of: ada.id, at: [1, null] }, 1, 1]);
    expect(seen(await app.get(shared))).toStrictEqual([{ of: "everybody", at: [1, null] }, 2, 0]);
    expect(seen(await app.get(shared))).toStrictEqual([{ of: "everybody", at: [1, null] }, 2, 0]);
    // A computation without a query asks the guard as well.
    const { roundTrips } = await app.as(ada).get(`/user/shared?key=${unique()}`);
    expect(roundTrips).toBe(1);
  });

  it("keeps a value for its seconds, by the clock, and until it is evicted", async () => {
    const ada = await aUser();
    let later = 0;
    const app = keeping((of) => of, { deps: { now: () => new Date(Date.now() + later) } });
    const path = `/user/own?seconds=600&key=${unique()}`;
    const ask = async () => (await app.as(ada).get(path)).body.computed;
    expect([await ask(), await ask()]).toStrictEqual([1, 1]);
    later = 599_000;
    expect(await ask()).toBe(1);
    later = 601_000;
    expect([await ask(), await ask()]).toStrictEqual([2, 2]);
    await app.as(ada).post(path.replace("/user/own", "/forget"));
    expect([await ask(), await ask()]).toStrictEqual([3, 3]);
  });

  it("shows the same after a miss and after a hit", async () => {
    const ada = await aUser();
    const app = keeping(() => ({ kept: 1, dropped: undefined }));
    const path = `/user/own?key=${unique()}`;
    const first = await app.as(ada).get(path);
    expect((await app.as(ada).get(path)).text).toBe(first.text);
  });
});

describe("promise 19: what an endpoint keeps for its caller", () => {
  it("is nobody else's, whatever the key", async () => {
    const [ada, root] = [await aUser(), await aUser({ role: "admin" })];
    const callers = [ada, await aUser(), root];
    const app = keeping((of) => of);
    const keys = [
      ...[
        "",
        "dashboard",
        "everybody",
        "null",
        '"',
        '["1.0.0","user"]',
        "__proto__",
        "é",
        "e\u0301",
        "a".repeat(5_000),
      ],
      ...callers.flatMap(({ id }) => [id, `user ${id}`, `","user","${id}","`]),
    ];
    for (const key of keys) {
      const query = new URLSearchParams({ key });
      expect((await app.get(`/public/shared?${query}`)).body.value).toBe("everybody");
      for (const caller of [...callers, ...callers]) {
        expect((await app.as(caller).get(`/user/own?${query}`)).body.value, key).toBe(caller.id);
        expect((await app.as(caller).get(`/user/shared?${query}`)).body.value, key).toBe("everybody");
      }
    }
    expect((await app.as(root).get("/admin/own?key=dashboard")).body.value).toBe(root.id);
    expect(new Set(keys).size).toBe(keys.length);
    expect(app.count()).toBe(keys.length * 4);
  });

  it("is not shown to a caller who is gone, nor to one who is no admin any more: promise 2", async () => {
    const [ada, root] = [await aUser(), await aUser({ role: "admin" })];
    const app = keeping((of) => of);
    const key = unique();
    for (const [caller, path] of [
      [ada, "/user/own"],
      [ada, "/user/shared"],
      [root, "/admin/own"],
    ] as const) {
      expect((await app.as(caller).get(`${path}?key=${key}`)).status).toBe(200);
    }
    await db.delete(sessions).where(eq(sessions.id, ada.sessionId));
    await db.update(users).set({ role: "user" }).where(eq(users.id, root.id));
    for (const path of ["/user/own", "/user/shared"]) {
      expect((await app.as(ada).get(`${path}?key=${key}`)).body.code).toBe("invalid_token");
    }
    expect((await app.as(root).get(`/admin/own?key=${key}`)).status).toBe(403);
    expect(app.count()).toBe(3);
  });

  it("is another value for a key of the caller, which has less power, and goes with it", async () => {
    const root = await aUser({ role: "admin" });
    const key = await aKey({ user_id: root.id });
    const app = keeping((of) => of);
    const path = `/key/own?key=${unique()}`;
    const counts: number[] = [];
    const ask = async () => {
      for (const { token } of [root, key, root, key]) expect((await app.get(path, { token })).status).toBe(200);
      counts.push(app.count());
    };
    await ask();
    await app.as(root).post(path.replace("/key/own", "/forget"));
    await ask();
    expect(counts).toStrictEqual([2, 4]);
  });

  it("is another value in each organization", async () => {
    const ofMember = endpoint(
      {
        ...{ ...said, path: "/organizations/{organization_id}/own", operationId: "memberOwn", responses },
        access: { member: "member" },
        request: { ...said.request, params: z.object({ organization_id: z.uuid() }) },
      },
      async (c) => {
        const { member } = c.var;
        const value = await cached(c.var, c.req.valid("query"), async () => member.organizationId);
        return c.json(Shown.parse({ value, computed: 1 }), 200);
      },
    );
    const [one, other] = [await anOrganization(), await anOrganization()];
    await db.insert(members).values({ organization_id: other.id, user_id: one.owner.id, role: "member" });
    const ada = serve({ endpoints: [ofMember] }).as(one.owner);
    const key = unique();
    for (const { id, path } of [one, other, one]) {
      expect((await ada.get(`${path}/own?key=${key}`)).body.value).toBe(id);
    }
  });

  it("is one value for all of an organization, members and keys, and for nobody else", async () => {
    let computed = 0;
    const path = "/organizations/{organization_id}";
    const declared = {
      ...said,
      access: { member: "audit:read" },
      callers: ["user", "key"],
      responses,
      request: { ...said.request, params: z.object({ organization_id: z.uuid() }) },
    } as const;
    const showOurs = endpoint({ ...declared, path: `${path}/ours`, operationId: "showOurs" }, async (c) => {
      const { member, db, run } = c.var;
      // @ts-expect-error: a key of an organization has nothing of its own
      void (() => cached(c.var, { key: "", seconds: 1 }, async () => 1));
      const value = await cached(c.var, { ...c.req.valid("query"), per: "organization" }, async () => {
        await run(db.execute(sql`select 1`));
        computed += 1;
        return member.organizationId;
      });
      return c.json(Shown.parse({ value, computed }), 200);
    });
    const forgetOurs = endpoint(
      { ...declared, method: "post", path: `${path}/forget`, operationId: "forgetOurs" },
      async (c) => {
        await c.var.run();
        await evict(c.var, { key: c.req.valid("query").key, per: "organization" });
        return c.json(Shown.parse({ value: null, computed }), 200);
      },
    );
    const [one, other, stranger] = [await anOrganization(), await anOrganization(), await aUser()];
    const key = await aKey({ organization_id: one.id, made_by: one.owner.id });
    const { as } = serve({ endpoints: [showOurs, forgetOurs] });
    const query = `?key=${unique()}`;
    const ask = (user: { token: string }, { path } = one) => as(user).get(`${path}/ours${query}`);
    for (const user of [one.owner, one.admin, key, one.owner]) {
      const answer = await ask(user);
      expect(seen(answer), answer.text).toStrictEqual([one.id, 1, 1]);
    }
    for (const user of [stranger, one.member]) expect((await ask(user)).status).toBeGreaterThanOrEqual(403);
    expect(seen(await ask(other.owner, other))).toStrictEqual([other.id, 2, 1]);
    await as(one.admin).post(`${one.path}/forget${query}`);
    expect(seen(await ask(key))).toStrictEqual([one.id, 3, 1]);
    expect(seen(await ask(other.admin, other))).toStrictEqual([other.id, 3, 1]);
    await db.delete(members).where(eq(members.user_id, one.admin.id));
    expect((await ask(one.admin)).status).toBe(404);
  });

  it("belongs to one deployment: another key or version finds nothing", async () => {
    const path = `/public/shared?key=${unique()}`;
    const cache = textsInMemory(1_000);
    for (const own of [{}, { VERSION: "2.0.0" }, { SECRET_KEY: randomBytes(32).toString("hex") }]) {
      const app = keeping((of) => of, { deps: { cache: () => cache }, bindings: { ...bindings, ...own } });
      await app.get(path);
      expect(app.count()).toBe(1);
    }
  });
});

describe("one flight", () => {
  it("serves those who ask in the same turn", async () => {
    const cache = textsInMemory(1_000);
    const slowly = (of: string) => scheduler.wait(20).then(() => of);
    const app = keeping(slowly, { deps: { cache: () => cache } });
    const path = `/public/shared?key=${unique()}`;
    await Promise.all([1, 2, 3].map(() => app.get(path)));
    expect(app.count()).toBe(1);
  });

  it("serves all who ask at once, each behind their own guard", async () => {
    const ada = await aUser();
    const gone = await aUser({ is_active: false });
    const app = keeping(async (of) => {
      await scheduler.wait(100);
      return of;
    });
    const path = `/user/shared?key=${unique()}`;
    const callers = [...Array.from({ length: 20 }, () => ada), gone];
    const answers = await Promise.all(callers.map((caller) => app.as(caller).get(path)));
    expect(answers.map(({ status }) => status)).toStrictEqual([...Array.from({ length: 20 }, () => 200), 401]);
    expect(app.count()).toBe(1);
  });

  it("fails for the request that computes, and nobody else", async () => {
    let calls = 0;
    const app = keeping(async (of) => {
      calls += 1;
      const isFirst = calls === 1;
      await scheduler.wait(50);
      if (isFirst) throw new ApiError("bad_request");
      return of;
    });
    const path = `/public/shared?key=${unique()}`;
    const quiet = () => app.fetch(new Request(`https://api.example.com/api/v1${path}`));
    const statuses = await Promise.all([quiet(), quiet(), quiet()].map(async (answer) => (await answer).status));
    expect(statuses).toStrictEqual([400, 200, 200]);
  });

  it("keeps nothing if it was evicted while it was being kept", async () => {
    const ada = await aUser();
    const memory = textsInMemory(1_000);
    let isPutting = false;
    const put: Texts["put"] = async (...args) => {
      isPutting = true;
      await scheduler.wait(100);
      await memory.put(...args);
    };
    const app = keeping((of) => of, { deps: { cache: () => ({ ...memory, put }) } });
    const path = `/user/shared?key=${unique()}`;
    const first = app.as(ada).get(path);
    await vi.waitUntil(() => isPutting, { interval: 1 });
    await app.as(ada).post(path.replace("/user/shared", "/forget"));
    await first;
    await app.as(ada).get(path);
    expect(app.count()).toBe(2);
  });

  it("keeps nothing if it was evicted before it landed", async () => {
    const ada = await aUser();
    const app = keeping(async (of) => {
      await scheduler.wait(200);
      return of;
    });
    const path = `/user/shared?key=${unique()}`;
    const first = app.as(ada).get(path);
    await vi.waitUntil(() => app.count() === 1);
    await app.as(ada).post(path.replace("/user/shared", "/forget"));
    await first;
    await app.as(ada).get(path);
    expect(app.count()).toBe(2);
  });
});

describe("a cache that fails", () => {
  const all = (does: () => Promise<never>): Texts => ({ get: does, put: does, delete: does });
  const nonsense: Texts = { ...textsInMemory(0), get: async () => "nonsense" };

  it.each<[string, Texts, number]>([
    ["rejects", all(() => Promise.reject(new Error("the cache is gone"))), 7],
    ["never answers", all(() => new Promise(() => {})), 7],
    ["answers nonsense", nonsense, 2],
  ])("is as no cache at all: it %s", async (_how, cache, failures) => {
    const ada = await aUser();
    const app = keeping((of) => of, { deps: { cache: () => cache } });
    const path = `/user/own?key=${unique()}`;
    for (const computed of [1, 2]) expect(seen(await app.as(ada).get(path))).toStrictEqual([ada.id, computed, 1]);
    expect((await app.as(ada).post(path.replace("/user/own", "/forget"))).status).toBe(200);
    expect(app.logs.filter(({ message }) => message === "cache failed")).toHaveLength(failures);
  });
});

describe("a cache in memory", () => {
  it("is bounded: what was kept first makes room", async () => {
    const cache = textsInMemory(10);
    await cache.put("a", "12345", 60);
    await cache.put("b", "12345", 60);
    await cache.put("c", "1", 60);
    await cache.put("d", "12345678901", 60);
    const kept = await Promise.all(["a", "b", "c", "d"].map((name) => cache.get(name)));
    expect(kept).toStrictEqual([undefined, "12345", "1", undefined]);
    await cache.put("b", "1", 60);
    await cache.put("e", "12345678", 60);
    expect([await cache.get("b"), await cache.get("e")]).toStrictEqual(["1", "12345678"]);
  });

  it("forgets after its seconds, or when it is told to", async () => {
    const cache = textsInMemory(10);
    await cache.put("a", "1", 0.05);
    await cache.put("b", "1", 60);
    await scheduler.wait(80);
    await cache.delete("b");
    expect([await cache.get("a"), await cache.get("b")]).toStrictEqual([undefined, undefined]);
  });
});

it("leaves the one round trip of an idempotent request to its effect", async () => {
  const ordering = endpoint(
    { ...said, method: "post", path: "/order", operationId: "order", access: "user", idempotent: true, responses },
    async (c) => {
      const { db, run, user } = c.var;
      const rate = await cached(c.var, { key: "rate", seconds: 60 }, async () => 2);
      await run(Users.find(db, user.id, user));
      return c.json(Shown.parse({ value: rate, computed: 0 }), 200);
    },
  );
  const app = serve({ endpoints: [ordering] });
  const ada = app.as(await aUser());
  for (const key of ["one", "one", "two"]) {
    const answer = await ada.post(`/order?key=k`, undefined, { headers: { "Idempotency-Key": key } });
    expect([answer.status, answer.roundTrips]).toStrictEqual([200, 1]);
  }
});
