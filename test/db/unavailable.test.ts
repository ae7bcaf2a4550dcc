import { eq, sql } from "drizzle-orm";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { userGuard } from "../../src/crud/guards.ts";
import { connect } from "../../src/db/client.ts";
import { users } from "../../src/db/schema.ts";
import { aUser, bindings, db, serve } from "../harness.ts";

const user = await aUser();

describe("promise 20: a database that fails", () => {
  it.each([
    ["is down", { NEON_FETCH_ENDPOINT: "http://127.0.0.1:9/sql" }],
    ["does not have our database", { DATABASE_URL: `${new URL("/nowhere", String(bindings.DATABASE_URL))}` }],
  ])("makes 503 when it %s, and tells nothing", async (_what, change) => {
    const { get, post, patch, logs } = serve({ mayFail: true, bindings: { ...bindings, ...change } });
    for (const answer of [
      await get("/users/me", { token: user.token }),
      await patch("/users/me", { token: user.token, json: { full_name: "t" } }),
      await post("/auth/login", { json: { username: "a", password: "b" } }),
      await get("/health/ready"),
    ]) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("Retry-After")).toBe("5");
      expect(answer.body.code).toBe("database_unavailable");
      expect(answer.text).not.toMatch(/127\.0\.0\.1|nowhere|postgres/);
    }
    expect(JSON.stringify(logs)).not.toMatch(/insert into|select |127\.0\.0\.1|eyJ|password/i);
    expect((await user.get("/users/me")).status).toBe(200);
  });

  it("is given up at the deadline", async () => {
    const slow = serve({
      mayFail: true,
      bindings: { ...bindings, DATABASE_TIMEOUT_MS: "100" },
      deps: {
        connect: (own, trips) => {
          const real = connect(own, trips);
          const execute = () => real.execute(sql`select pg_sleep(20)`);
          return Object.assign(Object.create(real), { execute });
        },
      },
    });
    const answer = await slow.get("/health/ready");
    expect(answer.status).toBe(503);
    expect(answer.body.code).toBe("database_unavailable");
  });

  it("makes 503 when it is cut off in the middle of its answer, and never sends a change again", async () => {
    const own = await aUser();
    const { get, patch, logs } = serve({
      mayFail: true,
      bindings: { ...bindings, NEON_FETCH_ENDPOINT: inject("cutEndpoint") },
    });
    for (const answer of [
      await get("/users/me", { token: own.token }),
      await patch("/users/me", { token: own.token, json: { full_name: "Cut" } }),
    ]) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("Retry-After")).toBe("5");
      expect(answer.body.code).toBe("database_unavailable");
    }
    const [row] = await db.select().from(users).where(eq(users.id, own.id));
    expect(row).toMatchObject({ full_name: "Cut", etag: '"2"' });
    expect(JSON.stringify(logs)).not.toMatch(/insert into|select |127\.0\.0\.1|eyJ/i);
  });

  it("writes nothing by halves: a statement that fails takes the whole batch with it", async () => {
    const own = await aUser();
    const change = () => db.update(users).set({ full_name: "Half" }).where(eq(users.id, own.id));
    await expect(
      db.batch([
        change(),
        db.execute(sql`select ${userGuard({ id: crypto.randomUUID(), sessionId: crypto.randomUUID() })}`),
        change(),
      ]),
    ).rejects.toThrow();
    expect(await db.$count(users, eq(users.full_name, "Half"))).toBe(0);
  });
});

describe("promise 24: a database whose answers are garbage", () => {
  afterEach(() => void vi.restoreAllMocks());
  const secrets = ["victim-of-garbage", "correct horse battery", "$scrypt$"];

  it.each([
    "<html>502</html>",
    '{"rows":[{"email":"victim-of-garbage',
    "{}",
    "null",
    "",
    '{"results":7}',
    '{"results":[]}',
    '{"results":[null]}',
    '{"rows":[]}',
    '{"fields":[],"rows":[]}',
    '{"fields":[{"name":"id","dataTypeID":25}],"rows":[[]]}',
    '{"fields":[{"name":"id","dataTypeID":25}],"rows":[[7]]}',
  ])("%j makes 503, and nothing of the statement is logged", async (body) => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(body));
    const { post, logs } = serve({ mayFail: true });
    const username = "victim-of-garbage";
    const json = { email: `${username}@example.com`, username, password: "correct horse battery" };
    for (const answer of [
      await post("/users", { json }),
      await post("/auth/login", { json: { username, password: "x" } }),
    ]) {
      expect(answer.status).toBe(503);
      expect(answer.text).not.toContain(username);
    }
    expect(logs).toHaveLength(2);
    for (const secret of secrets) expect(JSON.stringify(logs)).not.toContain(secret);
    expect(JSON.stringify(logs)).not.toMatch(/insert into|select /i);
  });
});
