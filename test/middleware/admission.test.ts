import { z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Deps } from "../../src/context/types.ts";
import { body, endpoint, json } from "../../src/endpoint/endpoint.ts";
import { ApiError } from "../../src/errors.ts";
import { endpoints } from "../../src/routes/index.ts";
import { Health } from "../../src/schemas/health.ts";
import { carrying, examplePath } from "../examples.ts";
import { bindings, deps, serve } from "../harness.ts";

const said = { tags: ["operations"], summary: "Work", description: "Works for a while.", access: "public" } as const;
const responses = { 200: json(Health, "Done") };
const params = z.object({ ms: z.string() });
const request = { body: body(z.strictObject({})) };

/** An isolate with ten places, and endpoints of each kind of work, which go on until they are told to end. */
function isolate(own: Record<string, string> = {}, deps: Partial<Deps> = {}) {
  const ends: (() => void)[] = [];
  const working = () => new Promise<void>((resolve) => ends.push(resolve));
  const work = [
    endpoint({ ...said, method: "get", path: "/read", operationId: "read", responses }, async (c) => {
      await working();
      return c.json({ status: "ok" } as const, 200);
    }),
    endpoint({ ...said, method: "post", path: "/write", operationId: "write", request, responses }, async (c) => {
      await working();
      return c.json({ status: "ok" } as const, 200);
    }),
    endpoint(
      { ...said, method: "post", path: "/bulk", operationId: "bulk", rate: "heavy", request, responses },
      async (c) => {
        await working();
        return c.json({ status: "ok" } as const, 200);
      },
    ),
    endpoint({ ...said, method: "get", path: "/ask/{ms}", operationId: "ask", request: { params }, responses }, (c) => {
      Object.assign(c.var.trips, { count: 1, milliseconds: Number(c.req.valid("param").ms) });
      return c.json({ status: "ok" } as const, 200);
    }),
    endpoint({ ...said, method: "get", path: "/slow", operationId: "slow", responses }, async (c) => {
      await working();
      Object.assign(c.var.trips, { count: 1, milliseconds: 60_000 });
      return c.json({ status: "ok" } as const, 200);
    }),
    endpoint({ ...said, method: "get", path: "/trip", operationId: "trip", responses }, async (c) => {
      await working();
      await c.var.db.execute(sql`select 1`);
      await working();
      return c.json({ status: "ok" } as const, 200);
    }),
    endpoint({ ...said, method: "get", path: "/unavailable", operationId: "unavailable", responses }, (c) => {
      Object.assign(c.var.trips, { count: 1, milliseconds: 0 });
      throw new ApiError("database_unavailable");
    }),
  ];
  const all = { ...bindings, REQUESTS_PER_ISOLATE: "10", ...own };
  // The cache of the whole runtime may hold a page that another test asked for.
  const answers = { match: async () => undefined, put: async () => undefined, delete: async () => false };
  const app = serve({ endpoints: [...work, ...endpoints], bindings: all, deps: { answers, ...deps }, mayFail: true });
  const calls = {
    read: () => app.get("/read"),
    slow: () => app.get("/slow"),
    trip: () => app.get("/trip"),
    write: () => app.post("/write", { json: {} }),
    bulk: () => app.post("/bulk", { json: {} }),
  };
  /** Waits until so many requests wait for their end. */
  const meet = (count: number) => vi.waitUntil(() => ends.length >= count, { interval: 1 });
  /** Starts this many requests, and waits until they work. */
  const fill = async (kind: keyof typeof calls, count: number) => {
    const running = Array.from({ length: count }, calls[kind]);
    await meet(ends.length + count);
    return running;
  };
  const finish = () => {
    for (const end of ends.splice(0)) end();
  };
  /** Finds this many places for reads, and none for another one. */
  const fillUp = async (count: number) => {
    const running = await fill("read", count);
    expect(await calls.read()).toMatchObject(refusal);
    finish();
    await Promise.all(running);
  };
  return { ...app, calls, fill, fillUp, finish, meet };
}

const refusal = { status: 503, body: { code: "overloaded" } };
const full = isolate();

describe("promise 44: an isolate that has all the work it can do", () => {
  it("refuses at once: bulk first, then writes, then reads, and never liveness", async () => {
    const { calls, fill, finish, get, logs } = isolate();
    const running = await fill("read", 8);
    expect(await calls.bulk()).toMatchObject(refusal);
    running.push(...(await fill("write", 1)));
    expect(await calls.write()).toMatchObject(refusal);
    running.push(...(await fill("read", 1)));
    const refused = await calls.read();
    expect(refused).toMatchObject(refusal);
    expect(refused.roundTrips).toBe(0);
    expect((await get("/health")).status).toBe(200);
    expect((await get("/.well-known/jwks.json")).status).toBe(200);
    finish();
    expect((await Promise.all(running)).map(({ status }) => status)).toStrictEqual(Array(10).fill(200));
    running.push(...(await fill("bulk", 4)));
    finish();
    expect((await running.at(-1))?.status).toBe(200);
    // One line a second for all refusals.
    expect(logs.filter(({ message }) => message === "overloaded")).toStrictEqual([
      expect.objectContaining({ level: "warn", refused: 1 }),
    ]);
    expect(logs.filter(({ code }) => code === "overloaded")).toStrictEqual([]);
  });

  it("tells once a second how many it has refused since", async () => {
    const { calls, fill, finish, logs } = isolate();
    const running = await fill("read", 10);
    let now = Date.now();
    const clock = vi.spyOn(Date, "now").mockImplementation(() => now);
    onTestFinished(() => void clock.mockRestore());
    for (const passed of [0, 0, 999, 1, 1_000]) {
      now += passed;
      await calls.read();
    }
    finish();
    await Promise.all(running);
    const told = logs.filter(({ message }) => message === "overloaded").map(({ refused }) => refused);
    expect(told).toStrictEqual([1, 3, 1]);
  });

  it("refuses before the first stage, in which a request costs more than its refusal", async () => {
    const [connect, address] = [vi.fn(deps.connect), vi.fn(deps.address)];
    const { calls, fill, finish } = isolate({}, { connect, address });
    await fill("read", 10);
    expect(await calls.read()).toMatchObject(refusal);
    expect(connect).toHaveBeenCalledTimes(10);
    expect(address).toHaveBeenCalledTimes(10);
    finish();
  });

  it("refuses with the headers of every answer, which a page of a listed origin can read", async () => {
    const origin = "https://app.example.com";
    const { fill, finish, get } = isolate({ ALLOWED_ORIGINS: `https://other.example.com, ${origin}` });
    const running = await fill("read", 10);
    const asked = [{}, { Origin: origin }, { Origin: "https://evil.example.com" }];
    const refused = [];
    for (const own of asked) refused.push(await get("/read", { headers: { ...own, "X-Request-Id": "the-one" } }));
    finish();
    await Promise.all(running);
    for (const [i, own] of asked.entries()) {
      const ordinary = await get("/ask/1", { headers: { ...own, "X-Request-Id": "the-one" } });
      expect(refused[i]).toMatchObject({ ...refusal, body: { request_id: "the-one" } });
      const own503 = ["content-length", "content-type", "retry-after", "server-timing"];
      const rest = (headers: Headers = new Headers()) => [...headers].filter(([name]) => !own503.includes(name));
      expect(rest(refused[i]?.headers)).toStrictEqual(rest(ordinary.headers));
    }
    expect(refused[1]?.headers.get("Access-Control-Allow-Origin")).toBe(origin);
  });

  it("answers HEAD without a body", async () => {
    const { call, fill, finish } = isolate();
    await fill("read", 10);
    const answer = await call("HEAD", "/read");
    expect([answer.status, answer.text]).toStrictEqual([503, ""]);
    finish();
  });

  it("leaves an endpoint that is switched off missing, and so paths and methods that no endpoint has", async () => {
    const { call, fill, finish } = isolate({ FILES: "off" });
    await fill("read", 10);
    expect((await call("GET", "/items/01980000-0000-7000-8000-000000000000/attachments")).status).toBe(404);
    expect((await call("POST", "/nothing")).status).toBe(404);
    expect((await call("POST", "/read")).status).toBe(405);
    expect((await call("OPTIONS", "/read")).status).toBe(204);
    finish();
  });

  it("asks clients to come back at different times", async () => {
    const { calls, fill, finish } = isolate();
    await fill("read", 10);
    const waits = new Set<number>();
    for (let i = 0; i < 40; i++) waits.add(Number((await calls.read()).headers.get("Retry-After")));
    expect(waits.size).toBeGreaterThan(1);
    for (const seconds of waits) expect([1, 2, 3, 4, 5]).toContain(seconds);
    finish();
  });

  it("forgets the request of a client that has left, which does not end", async () => {
    const { calls, fill, finish } = isolate({ DATABASE_TIMEOUT_MS: "10000" });
    await fill("read", 10);
    expect(await calls.read()).toMatchObject(refusal);
    const now = Date.now.bind(Date);
    const later = vi.spyOn(Date, "now").mockImplementation(() => now() + 10_000);
    const [running] = await fill("read", 1);
    later.mockRestore();
    finish();
    expect((await running)?.status).toBe(200);
  });

  it("counts a request that is older than the deadline, and has called the database since", async () => {
    const { calls, fill, finish, meet } = isolate({ DATABASE_TIMEOUT_MS: "10000" });
    const running = await fill("trip", 10);
    const now = Date.now.bind(Date);
    let passed = 9_000;
    const later = vi.spyOn(Date, "now").mockImplementation(() => now() + passed);
    finish();
    await meet(10);
    passed = 11_000;
    expect(await calls.read()).toMatchObject(refusal);
    passed = 21_000;
    const [read] = await fill("read", 1);
    later.mockRestore();
    finish();
    expect((await Promise.all([...running, read])).map((answer) => answer?.status)).toStrictEqual(Array(11).fill(200));
  });

  it("gives no place to a body that is still arriving", async () => {
    const { fill, finish, post } = isolate();
    const stuck = () => new ReadableStream({ pull: () => new Promise(() => {}) });
    const headers = { "Content-Type": "application/json" };
    for (let i = 0; i < 10; i++) post("/write", { headers, body: stuck() }).catch(() => undefined);
    const [running] = await fill("write", 1);
    finish();
    expect((await running)?.status).toBe(200);
  });

  it("has fewer places while the database is slow, and soon all of them when it is quick again", async () => {
    const { fillUp, get } = isolate({ DATABASE_TIMEOUT_MS: "5000" });
    for (let i = 0; i < 3; i++) await get("/ask/999");
    await fillUp(10);
    for (let i = 0; i < 3; i++) await get("/ask/1000");
    await fillUp(7);
    for (let i = 0; i < 64; i++) await get("/ask/1");
    await fillUp(10);
  });

  it("gives up no more places for those that waited for a slow database at the same time", async () => {
    const { fill, fillUp, finish } = isolate();
    const waiting = await fill("slow", 8);
    finish();
    await Promise.all(waiting);
    await fillUp(7);
  });

  it("keeps a sixteenth of its places however long the database is slow, to see when it is quick again", async () => {
    const { fill, fillUp, finish } = isolate({ REQUESTS_PER_ISOLATE: "64" });
    let now = Date.now();
    const clock = vi.spyOn(Date, "now").mockImplementation(() => now);
    onTestFinished(() => void clock.mockRestore());
    for (let i = 0; i < 20; i++) {
      now += 1;
      const waiting = await fill("slow", 1);
      finish();
      await Promise.all(waiting);
    }
    await fillUp(4);
  });

  it("has fewer places while it refuses requests and those that it works on wait for each other", async () => {
    const { fillUp, get } = isolate({ REQUESTS_PER_ISOLATE: "16" });
    let now = Date.now();
    const clock = vi.spyOn(Date, "now").mockImplementation(() => now);
    onTestFinished(() => void clock.mockRestore());
    const interval = async (ms: number) => {
      now += 100;
      // The first one ends the interval before.
      for (let i = 0; i < 9; i++) await get(`/ask/${ms}`);
    };
    // A connection that was refused at once is not the quickest round trip.
    for (let i = 0; i < 2; i++) expect((await get("/unavailable")).status).toBe(503);
    await interval(10);
    for (const places of [16, 16, 11, 8, 6, 6]) {
      await fillUp(places);
      await interval(places === 6 ? 100 : 26);
    }
    now += 1_000;
    await fillUp(16);
  });

  it("keeps its places where one statement is slow among quick ones", async () => {
    const { fill, finish, get } = isolate({ DATABASE_TIMEOUT_MS: "5000" });
    for (let i = 0; i < 10; i++) {
      for (const ms of [4_000, 4_000, 1]) await get(`/ask/${ms}`);
    }
    const running = await fill("read", 10);
    finish();
    expect((await Promise.all(running)).every(({ status }) => status === 200)).toBe(true);
  });

  it("takes no ordinary answer for a slow one, however short the deadline is", async () => {
    const { calls, fill, finish, get } = isolate({ DATABASE_TIMEOUT_MS: "200" });
    for (let i = 0; i < 10; i++) await get("/ask/199");
    const running = await fill("read", 10);
    finish();
    expect((await Promise.all(running)).every(({ status }) => status === 200)).toBe(true);
    for (let i = 0; i < 3; i++) await get("/ask/200");
    running.push(...(await fill("read", 7)));
    expect(await calls.read()).toMatchObject(refusal);
    finish();
  });

  it.each(endpoints.map((endpoint) => ({ endpoint, operationId: endpoint.policy.operationId })))(
    "answers $operationId as its contract says: 503, or as ever if that costs no more",
    async ({ endpoint }) => {
      const { call, fill, finish } = full;
      onTestFinished(finish);
      await fill("read", 10);
      const { method } = endpoint.route;
      const answer = await call(method.toUpperCase(), examplePath(endpoint), carrying(endpoint));
      if (endpoint.policy.work) expect(answer).toMatchObject(refusal);
      else expect(answer.status).toBeLessThan(500);
    },
  );
});
