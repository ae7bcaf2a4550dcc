import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import journal from "../../../drizzle/meta/_journal.json" with { type: "json" };
import { connect } from "../../../src/db/client.ts";
import { taskSchedules } from "../../../src/db/schema.ts";
import { task } from "../../../src/task/task.ts";
import { api, bindings, db, parsed, serve, unique } from "../../harness.ts";

/** A production whose defences are complete. */
const deployed = { ENVIRONMENT: "production", RATE_LIMITS: "off", HASHER: "off", MAIL: "off" };

describe("GET /health", () => {
  it("answers without the database", async () => {
    const { get } = serve({ mayFail: true, bindings: { ...bindings, NEON_FETCH_ENDPOINT: "http://127.0.0.1:9/sql" } });
    const answer = await get("/health");
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({ status: "ok" });
    expect(answer.roundTrips).toBe(0);
  });
});

describe("GET /version", () => {
  it("tells the commit, the upload and the schema, without the database", async () => {
    const uploaded = { id: "0b6f", tag: "606ddec", timestamp: "2026-11-26T15:15:32.123456Z" };
    const app = serve({ bindings: { ...bindings, CF_VERSION_METADATA: uploaded, VERSION: "2.1.0" } });
    const answer = await app.get("/version");
    expect(answer.roundTrips).toBe(0);
    expect(answer.body).toStrictEqual({
      ...{ version: "2.1.0", commit: "606ddec", build: "0b6f", uploaded_at: "2026-11-26T15:15:32.123Z" },
      schema: journal.entries.at(-1)?.tag,
    });
  });

  it("says null of what nobody uploaded", async () => {
    const app = serve({ bindings: { ...bindings, CF_VERSION_METADATA: undefined } });
    expect((await app.get("/version")).body).toMatchObject({ commit: null, build: null, uploaded_at: null });
  });
});

describe("GET /health/ready", () => {
  it("answers with the database and its migrations", async () => {
    const answer = await api.get("/health/ready");
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({ status: "ok", tasks: "on_time" });
    expect(answer.roundTrips).toBe(2);
  });

  it("tells that nobody has looked at a schedule whose time passed a quarter of an hour ago, and logs it once", async () => {
    const daily = task({ name: unique("daily"), every: "0 6 * * *" }, async () => undefined);
    const other = task({ name: unique("never-seen"), every: "0 6 * * *" }, async () => undefined);
    await db.insert(taskSchedules).values({ name: daily.name, slot: "2030-01-01T06:00:00Z" });
    let time = "";
    const app = serve({ deps: { tasks: [daily, other], now: () => new Date(time) } });
    const late = [{ level: "error", reason: "nobody has looked at the schedules", names: [daily.name] }];
    for (const [at, tasks, said] of [
      ["2030-01-01T23:00:00Z", "on_time", []],
      ["2030-01-02T06:10:00Z", "on_time", []],
      ["2030-01-02T06:16:00Z", "late", late],
      ["2030-01-02T06:17:00Z", "late", []],
      ["2030-01-01T23:00:00Z", "on_time", []],
      ["2030-01-02T06:16:00Z", "late", late],
    ] as const) {
      time = at;
      app.logs.length = 0;
      const { status, body } = await app.get("/health/ready");
      expect([status, body.tasks], at).toStrictEqual([200, tasks]);
      const lines = app.logs.filter(({ message }) => message === "tasks");
      expect(lines, at).toMatchObject(said);
      expect(lines, at).toHaveLength(said.length);
    }
  });

  describe("promise 28: compares what was applied with what this version has", () => {
    const name = unique("ready").replace("-", "_");
    const url = new URL(String(bindings.DATABASE_URL));
    url.pathname = `/${name}`;
    const ownersEnd = { NEON_FETCH_ENDPOINT: inject("ownerEndpoint") };
    const owner = connect(parsed({ ...bindings, ...ownersEnd, DATABASE_URL: url.href }));
    const times = journal.entries.map(({ when }) => when);
    const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];

    beforeAll(async () => {
      await db.execute(sql.raw(`create database ${name}`));
      await owner.execute(sql`create schema drizzle`);
      await owner.execute(
        sql`create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`,
      );
      await owner.execute(sql`create table task_schedules (name text, slot timestamptz)`);
      await owner.execute(sql.raw(`grant select on task_schedules to ${inject("workerRole")}`));
      await owner.execute(sql.raw(`grant usage on schema drizzle to ${inject("workerRole")}`));
      await owner.execute(sql.raw(`grant select on all tables in schema drizzle to ${inject("workerRole")}`));
    });
    afterAll(() => db.execute(sql.raw(`drop database ${name} with (force)`)));

    /** With the migrations of these times applied, in this order. */
    async function readyAfter(...applied: number[]) {
      await owner.execute(sql`truncate drizzle.__drizzle_migrations`);
      for (const time of applied) {
        await owner.execute(
          sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', ${time}::bigint)`,
        );
      }
      const client = serve({ bindings: { ...bindings, DATABASE_URL: url.href } });
      const answer = await client.get("/health/ready");
      expect(answer.roundTrips).toBe(answer.status === 200 ? 2 : 1);
      return { answer, logs: client.logs };
    }

    it("is 503 while one is missing, and the log names it", async () => {
      const { answer, logs } = await readyAfter();
      expect(answer.status).toBe(503);
      expect(answer.body.code).toBe("not_ready");
      expect(answer.headers.get("Retry-After")).toBe("5");
      expect(logs).toContainEqual(
        expect.objectContaining({ cause: { migrations: journal.entries.map(({ tag }) => `missing: ${tag}`) } }),
      );
    });

    it("is 503 while one is missing that is older than what was applied", async () => {
      expect((await readyAfter(...times.slice(1), last + 1, last + 2)).answer.status).toBe(503);
    });

    it("is 503 where one that it does not know ran before one of its own, and the log names its time", async () => {
      for (const time of [first - 1, last + 1]) {
        const { answer, logs } = await readyAfter(...times.slice(0, -1), time, last);
        expect(answer.status).toBe(503);
        expect(logs).toContainEqual(expect.objectContaining({ cause: { migrations: [`unknown: ${time}`] } }));
      }
    });

    it("is 503 on a database that takes no writes, with the cause that a change has", async () => {
      expect((await readyAfter(...times)).answer.status).toBe(200);
      const isReadOnly = async (value: "on" | "off") => {
        await db.execute(sql.raw(`alter database ${name} set default_transaction_read_only = ${value}`));
        // Sessions from before do not know it.
        await db.execute(sql.raw(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`));
      };
      await isReadOnly("on");
      const client = serve({ bindings: { ...bindings, DATABASE_URL: url.href } });
      const answer = await client.get("/health/ready");
      await isReadOnly("off");
      expect([answer.status, answer.body.code]).toStrictEqual([503, "database_unavailable"]);
      expect(client.logs).toContainEqual(expect.objectContaining({ cause: { sqlstate: "25006" } }));
    });

    it("is 200 on a database that a newer version has migrated, also with an older one applied late", async () => {
      expect((await readyAfter(...times, last + 1, first - 1)).answer.status).toBe(200);
    });
  });

  it("is 503 where the Worker's role was not granted what it needs", async () => {
    const role = inject("workerRole");
    await db.execute(sql.raw(`revoke select on drizzle.__drizzle_migrations from ${role}`));
    const answer = await api.get("/health/ready");
    await db.execute(sql.raw(`grant select on drizzle.__drizzle_migrations to ${role}`));
    expect([answer.status, answer.body.code]).toStrictEqual([503, "not_ready"]);
  });

  it("names a role of a deployed Worker that row-level security does not bind, without a round trip more", async () => {
    const production = { ...bindings, ...deployed };
    const owned = { ...production, NEON_FETCH_ENDPOINT: inject("ownerEndpoint") };
    const faults = ["is a superuser", "may bypass row-level security", "owns tables"];
    for (const [own, expected] of [
      [production, []],
      [owned, [expect.objectContaining({ level: "warn", message: "database role", faults })]],
      [{ ...owned, ENVIRONMENT: "test" }, []],
    ] as const) {
      const client = serve({ bindings: own });
      const answer = await client.get("/health/ready");
      expect([answer.status, answer.roundTrips]).toStrictEqual([200, 2]);
      expect(client.logs.filter(({ message }) => message === "database role")).toStrictEqual(expected);
    }
  });

  it("is 503 on a database that was never migrated", async () => {
    const url = new URL(String(bindings.DATABASE_URL));
    url.pathname = "/postgres";
    const answer = await serve({ bindings: { ...bindings, DATABASE_URL: url.href } }).get("/health/ready");
    expect(answer.status).toBe(503);
    expect(answer.body.code).toBe("not_ready");
  });
});

describe("DOCS", () => {
  it("is on by default: / leads to the page, whatever hangs on it", async () => {
    for (const path of ["/", "/?utm_source=mail"]) {
      const answer = await api.get(path);
      expect([answer.status, answer.headers.get("Location")]).toStrictEqual([302, "/api/v1/docs"]);
    }
    expect((await api.get("/docs")).status).toBe(200);
    expect((await api.post("/")).status).toBe(405);
  });

  it("hides the page and the document, as if nothing were there, where it is off", async () => {
    const hidden = serve({ bindings: { ...bindings, DOCS: "off" } });
    const headers = { "X-Request-Id": "same" };
    const nothing = await hidden.get("/nothing-here", { headers });
    expect(nothing.status).toBe(404);
    for (const path of ["/", "/docs", "/docs/", "/openapi.json"]) {
      const answer = await hidden.get(path, { headers });
      expect([answer.status, answer.text], path).toStrictEqual([404, nothing.text]);
    }
    expect((await hidden.get("/health")).status).toBe(200);
  });
});

describe("GET /docs", () => {
  it("is a page that loads nothing from elsewhere", async () => {
    const answer = await api.get("/docs");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toBe("text/html; charset=UTF-8");
    expect(answer.text).not.toMatch(/https?:\/\//);
    const nonce = /nonce="([^"]+)"/.exec(answer.text)?.[1];
    expect(answer.headers.get("Content-Security-Policy")).toContain(`script-src 'self' 'nonce-${nonce}'`);
  });
});
