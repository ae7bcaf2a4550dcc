import { sql } from "drizzle-orm";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { connect } from "../../src/db/client.ts";
import { fromDatabase } from "../../src/db/errors.ts";
import { throttles } from "../../src/db/schema.ts";
import { errorTable, explain } from "../../src/errors.ts";
import { aUser, bindings, db, serve, settings, unique } from "../harness.ts";
import { holding } from "../holding.ts";

const user = await aUser();
const html = { headers: { "Content-Type": "text/html; charset=utf-8" } };
const refusal = (code: string) => JSON.stringify({ message: "secret", code });
const one = { fields: [{ name: "one", dataTypeID: 23 }], rows: [["1"]], command: "SELECT", rowCount: 1 };

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
/** A database that nothing but a test asks: what ends late after another test, in the same isolate, asks the usual one. */
const own = { NEON_FETCH_ENDPOINT: "http://127.0.0.1:9/sql" };

/** Answers each call to a database so. Returns the number of calls to {@link own}. */
function answerWith(make: () => Response | Promise<Response>): () => number {
  const spy = vi.spyOn(globalThis, "fetch").mockImplementation(async () => make());
  return () => spy.mock.calls.filter(([url]) => String(url) === own.NEON_FETCH_ENDPOINT).length;
}

describe("a call to the database that brings no answer of Postgres", () => {
  const broken = () =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("{"));
        controller.error(new Error("secret"));
      },
    });

  it.each([
    ["quota", () => new Response("secret", { status: 402 }), { http_status: 402 }],
    [
      "throttled",
      () => new Response("secret", { status: 429, ...html }),
      { http_status: 429, media_type: "text/html" },
    ],
    ["gateway", () => new Response(refusal("53300"), { status: 500 }), { http_status: 500 }],
    ["gateway", () => new Response("secret", { status: 502, ...html }), { http_status: 502 }],
    ["gateway", () => new Response("secret", { status: 503, ...html }), { http_status: 503 }],
    ["redirected", () => new Response(null, { status: 302, headers: { Location: "/secret" } }), { http_status: 302 }],
    ["rejected", () => new Response("secret", { status: 404 }), { http_status: 404 }],
    ["rejected", () => new Response('{"message":"secret"}', { status: 400 }), { http_status: 400 }],
    ["rejected", () => new Response(refusal(""), { status: 400 }), { http_status: 400 }],
    ["rejected", () => new Response(refusal("secret"), { status: 400 }), { http_status: 400 }],
    ["garbage", () => new Response("secret", html), { http_status: 200, media_type: "text/html", bytes: 6 }],
    ["garbage", () => new Response(""), { http_status: 200, bytes: 0 }],
    ["wrong_shape", () => new Response("null"), { http_status: 200 }],
    ["wrong_shape", () => new Response(JSON.stringify(one)), { http_status: 200 }],
    ["wrong_shape", () => Response.json({ results: [{ ...one, rows: [[]] }, one] }), {}],
    ["wrong_shape", () => Response.json({ results: [{ ...one, rows: [[1]] }, one] }), {}],
    ["wrong_shape", () => Response.json({ results: [{ ...one, fields: ["one"] }, one] }), {}],
    ["wrong_count", () => Response.json({ results: [] }), { http_status: 200 }],
    ["wrong_count", () => Response.json({ results: Array(50).fill(one) }), {}],
    ["cut_off", () => new Response(broken()), { http_status: 200 }],
    ["reset", () => Promise.reject(new Error("Network connection lost.")), {}],
    ["refused", () => Promise.reject(new Error("connect ECONNREFUSED")), {}],
    ["network", () => Promise.reject(new Error("secret")), {}],
  ])("is 503, and the log says %s", async (fault, make, fields) => {
    const calls = answerWith(make);
    const { get, logs } = serve({ mayFail: true, bindings: { ...bindings, ...own } });
    // Of several statements, so that there is a number of results.
    const answer = await get("/users/me/export", { token: user.token });
    expect(answer.status).toBe(503);
    expect(answer.body.code).toBe("database_unavailable");
    expect(logs).toHaveLength(1);
    expect(logs[0]).toMatchObject({ level: "error", cause: { fault, ...fields } });
    expect(JSON.stringify(logs)).not.toContain("secret");
    // One that passes is tried once more: promise 45.
    expect(calls()).toBe(["gateway", "reset", "refused", "network", "cut_off"].includes(fault) ? 2 : 1);
  });

  it.each([
    ["7", "7"],
    ["86400", "60"],
    ["soon", "5"],
    ["-1", "5"],
  ])("passes a Retry-After of %s on as %s", async (asked, given) => {
    answerWith(() => new Response("", { status: 429, headers: { "Retry-After": asked } }));
    const answer = await serve({ mayFail: true }).get("/users/me", { token: user.token });
    expect(answer.headers.get("Retry-After")).toBe(given);
  });

  it("waits no second deadline for silence where timers were late, and reads an answer that has arrived", async () => {
    const now = Date.now.bind(Date);
    const timers = vi.spyOn(globalThis, "setTimeout");
    const late = () => void vi.spyOn(Date, "now").mockImplementation(() => now() + 100);
    const client = connect({ ...settings, DATABASE_TIMEOUT_MS: 100 });
    vi.spyOn(globalThis, "fetch").mockImplementation((_url, init) => {
      late();
      return new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
    });
    const error = await client.execute(sql`select 1`).catch(fromDatabase);
    expect(explain(error)).toMatchObject({ cause: { fault: "timeout" } });
    expect(timers.mock.calls.map(([, milliseconds]) => milliseconds)).toStrictEqual([50, 10]);
    answerWith(() => Response.json(one));
    expect((await client.execute(sql`select 1`)).rows).toHaveLength(1);
  });

  it("leaves no timer behind, whichever way it ends", async () => {
    vi.useFakeTimers();
    const client = connect(settings);
    const running: number[] = [];
    for (const make of [
      () => Response.json(one),
      () => new Response(broken()),
      () => Promise.reject(new Error("secret")),
    ]) {
      answerWith(() => {
        running.push(vi.getTimerCount());
        return make();
      });
      await client.execute(sql`select 1`).catch(() => undefined);
      expect(vi.getTimerCount()).toBe(0);
    }
    expect(running).toStrictEqual([1, 1, 1]);
  });

  it("is not sent once more when its deadline has passed", async () => {
    vi.useFakeTimers();
    const calls = answerWith(async () => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      throw new Error("Network connection lost.");
    });
    const trips = { count: 0, milliseconds: 0, mayRepeat: true };
    const asking = connect({ ...settings, ...own, DATABASE_TIMEOUT_MS: 70 }, trips).execute(sql`select 1`);
    const failing = asking.catch(fromDatabase);
    await vi.advanceTimersByTimeAsync(200);
    const error = await failing;
    expect(explain(error)).toMatchObject({ cause: { fault: "reset" } });
    expect(calls()).toBe(1);
  });

  it("is not sent once more after a deadlock, if that leaves too little time to learn the outcome", async () => {
    vi.useFakeTimers();
    const calls = answerWith(async () => {
      await new Promise((resolve) => setTimeout(resolve, 120));
      return new Response(refusal("40P01"), { status: 400 });
    });
    const asking = connect({ ...settings, ...own, DATABASE_TIMEOUT_MS: 200 }).execute(sql`select 1`);
    const failing = asking.catch(fromDatabase);
    await vi.advanceTimersByTimeAsync(400);
    const error = await failing;
    expect(explain(error)).toMatchObject({ cause: { sqlstate: "40P01" } });
    expect(calls()).toBe(1);
  });

  it.each(["before", "in the middle of"])("is a timeout where the deadline comes %s the answer", async (when) => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async (_url, init) => {
      const signal = init?.signal;
      const aborted = new Promise<never>((_, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
      });
      if (when === "before") return aborted;
      return new Response(new ReadableStream({ pull: () => aborted }));
    });
    const slow = connect({ ...settings, DATABASE_TIMEOUT_MS: 50 });
    const error = await slow.execute(sql`select 1`).catch(fromDatabase);
    expect(explain(error)).toMatchObject({ code: "database_unavailable", cause: { fault: "timeout" } });
  });
});

describe("a call to the database", () => {
  it("follows no redirect, which would carry the password elsewhere", async () => {
    const spy = vi.spyOn(globalThis, "fetch");
    await db.execute(sql`select 1`);
    const calls = spy.mock.calls.filter(([url]) => String(url) === inject("ownerEndpoint"));
    expect(calls.map(([, init]) => init?.redirect)).toStrictEqual(["manual"]);
  });

  it("is sent once more after a deadlock, also one that writes, and has one effect", async () => {
    const mark = unique("dead");
    const lock = (name: string) => sql`select pg_advisory_xact_lock(hashtextextended(${mark + name}, 0))`;
    const held = await holding(lock("both"));
    const written = [["a", "b"] as const, ["b", "a"] as const].map(async ([first, second]) => {
      const trips = { count: 0, milliseconds: 0, again: 0 };
      const own = connect(settings, trips);
      await own.batch([
        own.insert(throttles).values({ key: mark + first, attempts: 0 }),
        ...[first, "both", second].map((name) => own.execute(lock(name))),
      ]);
      return trips.again;
    });
    await held.meets(...written);
    await held.release();
    expect((await Promise.all(written)).sort()).toStrictEqual([0, 1]);
    expect(await db.$count(throttles, sql`starts_with(key, ${mark})`)).toBe(2);
  });

  it("reads the answers of one statement and of several", async () => {
    const error = await db.execute(sql`select 1 / 0`).catch(fromDatabase);
    expect(explain(error)).toMatchObject({ code: "internal", cause: { sqlstate: "22012" } });
    expect(errorTable.internal.status).toBe(500);
    const results = await db.batch([db.execute(sql`select 1 as one`), db.execute(sql`select null as none`)]);
    expect(results.map(({ rows }) => rows)).toStrictEqual([[{ one: 1 }], [{ none: null }]]);
    expect((await db.execute(sql`select from generate_series(1, 3)`)).rows).toHaveLength(3);
  });
});
