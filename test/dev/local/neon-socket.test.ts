import { once } from "node:events";
import { Client, neonConfig, Pool } from "@neondatabase/serverless";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { WebSocket } from "ws";
import { serveNeon } from "../../../dev/local/neon.ts";
import { SqlFaults } from "../../../dev/local/sql-faults.ts";
import { type Served, serve } from "./serve.ts";

/** The names that Neon's own tests of its driver try in each way to connect. */
const ways = (["password", false] as const).flatMap((pipelineConnect) =>
  [true, false].map((coalesceWrites) => ({ pipelineConnect, coalesceWrites })),
);

describe("PostgreSQL's protocol in Neon's WebSockets", () => {
  let served: Served;
  let url: string;
  let port: string;
  const to = (text: string, way = {}) => {
    const client = new Client(text);
    // Told to whoever asked, too.
    client.on("error", () => {});
    Object.assign(client.neonConfig, { wsProxy: () => `127.0.0.1:${port}/v2`, useSecureWebSocket: false, ...way });
    return client;
  };

  beforeAll(async () => {
    served = await serve();
    url = served.endpoint.connectionString;
    port = new URL(served.endpoint.url).port;
    Object.assign(neonConfig, { wsProxy: () => `127.0.0.1:${port}/v2`, useSecureWebSocket: false });
  });
  afterAll(() => served.close());

  it.each(ways)("answers with %j", async (way) => {
    const client = to(url, way);
    await client.connect();
    expect((await client.query("select $1::int as one", [1])).rows).toStrictEqual([{ one: 1 }]);
    await client.end();
  });

  it.each<[query: string, params: unknown[]]>([
    ["select $1::int as int", [1]],
    ["select 1.5::float8 as f, 12345678901234567890.5::numeric as n, true as t, null as nothing", []],
    ["select now()::date = current_date as today, '{1,2}'::int[] as list, '{\"a\": [1]}'::jsonb as json", []],
    ["select $1::text as text, $2::bytea as bytes", ["it's 🔑 \\ \n", Buffer.from([0, 255])]],
    ["select $1::text[] as texts, $2::jsonb as json", [["a,b", null, '"'], { a: { b: [true] } }]],
    ["select n from generate_series(1, 20000) as n", []],
    ["select repeat('x', 5000000) as long", []],
    ["select 1 as a where false", []],
    ["create temporary table t (a int)", []],
  ])("answers as over TCP: %s", async (query, params) => {
    const direct = new pg.Client({ connectionString: directUrl(url) });
    const client = to(url);
    await Promise.all([client.connect(), direct.connect()]);
    const [over, plain] = [await client.query(query, params), await direct.query(query, params)];
    expect([over.rows, over.command, over.rowCount]).toEqual([plain.rows, plain.command, plain.rowCount]);
    expect(over.fields.map(({ name, dataTypeID }) => [name, dataTypeID])).toEqual(
      plain.fields.map(({ name, dataTypeID }) => [name, dataTypeID]),
    );
    await Promise.all([client.end(), direct.end()]);
  });

  it("serves a pool, by itself or past fetch", async () => {
    const pool = new Pool({ connectionString: url });
    const client = await pool.connect();
    expect((await client.query("select 1 as one")).rows).toStrictEqual([{ one: 1 }]);
    client.release();
    neonConfig.poolQueryViaFetch = true;
    expect((await pool.query("select 2 as two")).rows).toStrictEqual([{ two: 2 }]);
    neonConfig.poolQueryViaFetch = false;
    await pool.end();
  });

  it("keeps a session, in UTC, whose transaction branches", async () => {
    const client = to(url);
    await client.connect();
    expect((await client.query("show timezone")).rows).toStrictEqual([{ TimeZone: "UTC" }]);
    await client.query("create table kept (a int primary key)");
    await client.query("begin");
    await client.query("insert into kept values (1)");
    await expect(client.query("insert into kept values (1)")).rejects.toMatchObject({
      ...{ code: "23505", severity: "ERROR", constraint: "kept_pkey", table: "kept" },
    });
    expect((await client.query("commit")).command).toBe("ROLLBACK");
    expect((await client.query("select count(*)::int from kept")).rows).toStrictEqual([{ count: 0 }]);
    await client.end();
  });

  it("refuses a wrong password and an unknown database in Postgres' words", async () => {
    // The driver sends its first statement before it has heard that the password is right.
    const failure = async (text: string) => {
      const client = to(text);
      const told = once(client, "error");
      await client.connect();
      return (await told)[0];
    };
    expect(await failure(url.replace("p%40ss", "other"))).toMatchObject({
      ...{ code: "28P01", severity: "FATAL", message: "password authentication failed for user 'postgres'" },
    });
    expect(await failure(`${url}_not_there`)).toMatchObject({ code: "3D000", severity: "FATAL" });
  });

  it("ends the session of a client that goes without a word, and rolls back", async () => {
    const client = to(url);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    await client.query("create table left_behind (a int)");
    await client.query("begin");
    await client.query("insert into left_behind values (1)");
    client.on("error", () => {});
    Object(client).connection.stream.destroy();
    const left = () => served.sql.query("select 1 from pg_stat_activity where pid = $1", [rows[0]?.pid]);
    await vi.waitFor(async () => expect((await left()).rows).toStrictEqual([]));
    expect((await served.sql.query("select count(*)::int as n from left_behind")).rows).toStrictEqual([{ n: 0 }]);
  });

  it("keeps an error for the log of npm run dev, with the statement that failed and what it was given", async () => {
    const faults = new SqlFaults();
    const marked = await serveNeon(faults.of(served.database));
    const client = to(marked.connectionString, { wsProxy: () => `${new URL(marked.url).host}/v2` });
    await client.connect();
    await client.query("begin");
    await client.query("select $1::int + $2::int", [1, null]);
    const error = await client.query("select $1::text, wrong", ["a secret"]).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "42703", routine: expect.stringMatching(/^errorMissingColumn#\d+$/) });
    expect(faults.take(error.routine)).toStrictEqual({
      ...{ message: 'column "wrong" does not exist', hint: undefined, query: "select $1::text, wrong" },
      ...{ place: 3, of: 3, parameters: ["text of 8 characters"] },
    });
    const second = await client.query("rollback").then(() => client.query("select 1 / $1::int", [0]).catch((e) => e));
    expect(faults.take(second.routine)).toMatchObject({ query: "select 1 / $1::int", parameters: ["integer"] });
    expect((await client.query("select n from generate_series(1, 5000) n")).rows).toHaveLength(5_000);
    await client.end();
    await marked.close();
  });

  it("is at /v2 only, and survives what is no start", async () => {
    const elsewhere = new WebSocket(`ws://127.0.0.1:${port}/v3`);
    const [error] = await once(elsewhere, "error");
    expect(String(error)).toContain("404");
    for (const bytes of [Buffer.from("GET / HTTP/1.1\r\n\r\n"), Buffer.alloc(8), Buffer.alloc(0)]) {
      const garbage = new WebSocket(`ws://127.0.0.1:${port}/v2`);
      await once(garbage, "open");
      garbage.send(bytes);
      if (bytes.length === 0) garbage.close();
      await once(garbage, "close");
    }
    expect((await served.sql.query("select 1 as one")).rows).toStrictEqual([{ one: 1 }]);
  });
});

/** The same database, past the endpoint. */
function directUrl(url: string): string {
  const direct = new URL(inject("postgres"));
  direct.pathname = new URL(url).pathname;
  return direct.href;
}
