import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { neon, types } from "@neondatabase/serverless";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Served, serve } from "./serve.ts";

describe("Neon's SQL over HTTP", () => {
  let served: Served;
  const sql: Served["sql"]["query"] = (...query) => served.sql.query(...query);
  const one = async (query: string, params: unknown[] = []) =>
    Object.values((await sql(query, params)).rows[0] ?? {})[0];
  const failure = (query: PromiseLike<unknown>): Promise<Record<string, unknown>> =>
    Promise.resolve(query).then(
      () => expect.unreachable("it did not fail"),
      (error) => error,
    );

  beforeAll(async () => {
    served = await serve();
    await sql("create type mood as enum ('sad', 'ok')");
    await sql("create table people (id int primary key, name text unique, mood mood)");
  });
  afterAll(() => served.close());

  it.each<[type: string, value: unknown]>([
    ["int2", -32768],
    ["int4", 2147483647],
    ["int8", "9223372036854775807"],
    ["numeric", "12345678901234567890.123456789"],
    ["numeric", "NaN"],
    ["float8", 0.1],
    ["float8", Number.NaN],
    ["float8", Number.NEGATIVE_INFINITY],
    ["bool", true],
    ["bool", false],
    ["text", ""],
    ["text", `it's "quoted" \\ back, {braces}, \n\t and 👩‍👩‍👧 emoji`],
    ["bytea", Buffer.from([0, 1, 127, 128, 255, 92, 39])],
    ["bytea", Buffer.alloc(0)],
    ["uuid", "01a206a5-be6a-75f6-a3c8-f0e43586206f"],
    ["timestamptz", new Date("2026-11-23T04:24:15.508Z")],
    ["timestamptz", new Date("0099-01-01T00:00:00Z")],
    ["json", { a: [1, null, "x"], "b c": "\u2028" }],
    ["jsonb", { nested: { deep: [true, false] } }],
    ["int4[]", [1, null, 3]],
    ["text[]", ["a,b", 'c"d', "e\\f", "{g}", "NULL", "", null]],
    [
      "text[][]",
      [
        ["a", "b"],
        ["c", null],
      ],
    ],
    ["uuid[]", ["01a206a5-be6a-75f6-a3c8-f0e43586206f"]],
    ["mood", "ok"],
    ["int4", null],
  ])("carries a %s: %j", async (type, value) => {
    // The driver writes a date by this machine's time zone, in minutes. Before 1900, zones differed by seconds, too.
    const given = value instanceof Date ? value.toISOString() : value;
    expect(await one(`select $1::${type}`, [given])).toEqual(value);
  });

  it("answers values as Postgres' own text, in UTC", async () => {
    const raw = { ...types, getTypeParser: () => (text: string) => text };
    const query =
      "select '2026-01-02 03:04:05.678+05'::timestamptz, '2026-01-02'::date, true, '{1,NULL}'::int[], '\\x00ff'::bytea";
    const { rows } = await sql(query, [], { arrayMode: true, types: raw });
    expect(rows).toEqual([["2026-01-01 22:04:05.678+00", "2026-01-02", "t", "{1,NULL}", "\\x00ff"]]);
  });

  it("describes the columns", async () => {
    const { fields } = await sql("select id, name as called, 1.5::numeric(5,2) as price from people");
    const named = Object.fromEntries(fields.map((field) => [field.name, field]));
    expect(named.id).toMatchObject({ dataTypeID: types.builtins.INT4, columnID: 1, dataTypeSize: 4, format: "text" });
    expect(named.called).toMatchObject({ dataTypeID: types.builtins.TEXT, columnID: 2, tableID: named.id?.tableID });
    expect(named.price).toMatchObject({ dataTypeID: types.builtins.NUMERIC, tableID: 0, dataTypeModifier: 327_686 });
  });

  it("tells the command and its count, and columns without rows", async () => {
    expect(await sql("select 1 as a where false")).toMatchObject({ command: "SELECT", rowCount: 0, rows: [] });
    expect((await sql("select 1 as a where false")).fields).toHaveLength(1);
    const insert = "insert into people values (1, 'ada'), (2, 'bob') returning id";
    expect(await sql(insert)).toMatchObject({ command: "INSERT", rowCount: 2, rows: [{ id: 1 }, { id: 2 }] });
    expect(await sql("update people set mood = 'ok'")).toMatchObject({ command: "UPDATE", rowCount: 2, rows: [] });
    expect(await sql("delete from people")).toMatchObject({ command: "DELETE", rowCount: 2 });
    expect(await sql("create temp table t (a int)")).toMatchObject({ command: "CREATE", rowCount: null });
    expect(await sql("")).toMatchObject({ command: null, rowCount: null, rows: [], fields: [] });
  });

  it("carries texts as they are, a leading U+FEFF too", async () => {
    for (const text of ["\ufeffa", "\ufeff", "a\ufeff", " \t", "\u2028", "🔑"]) {
      expect(await one("select $1::text", [text])).toBe(text);
    }
  });

  it("answers rows as objects or arrays", async () => {
    expect((await sql("select 1 as a, 2 as a", [], { arrayMode: true })).rows).toEqual([[1, 2]]);
    expect((await sql("select 1 as a, 2 as b")).rows).toEqual([{ a: 1, b: 2 }]);
  });

  it("runs a batch in one transaction, and nothing of it when its third statement fails", async () => {
    const batch = [sql("insert into people values (10)"), sql("insert into people values (11)"), sql("select 1 / 0")];
    expect(await failure(served.sql.transaction(batch))).toMatchObject({ code: "22012", message: "division by zero" });
    expect(await one("select count(*)::int from people where id in (10, 11)")).toBe(0);
    const results = await served.sql.transaction([
      sql("insert into people values (10)"),
      sql("select txid_current()::text"),
    ]);
    expect(results.map(({ command }) => command)).toEqual(["INSERT", "SELECT"]);
    expect(await one("select xmin::text from people where id = 10")).toBe(results[1]?.rows[0]?.txid_current);
  });

  it("refuses a batch whose end fails", async () => {
    await sql("create table deferred (id int unique deferrable initially deferred)");
    const batch = [sql("insert into deferred values (1)"), sql("insert into deferred values (1)")];
    expect(await failure(served.sql.transaction(batch))).toMatchObject({
      code: "23505",
      constraint: "deferred_id_key",
    });
    expect(await one("select count(*)::int from deferred")).toBe(0);
  });

  it.each([
    ["ReadUncommitted", "read uncommitted"],
    ["ReadCommitted", "read committed"],
    ["RepeatableRead", "repeatable read"],
    ["Serializable", "serializable"],
  ] as const)("begins a batch at %s", async (isolationLevel, shown) => {
    const [result] = await served.sql.transaction([sql("show transaction_isolation")], { isolationLevel });
    expect(result?.rows).toEqual([{ transaction_isolation: shown }]);
  });

  it("honours read-only and deferrable", async () => {
    const shown = [sql("show transaction_read_only"), sql("show transaction_deferrable")];
    const answers = await served.sql.transaction(shown, {
      readOnly: true,
      deferrable: true,
      isolationLevel: "Serializable",
    });
    expect(answers.flatMap(({ rows }) => rows)).toEqual([
      { transaction_read_only: "on" },
      { transaction_deferrable: "on" },
    ]);
    const write = served.sql.transaction([sql("insert into people values (20)")], { readOnly: true });
    expect(await failure(write)).toMatchObject({ code: "25006" });
  });

  it("gives an error all of Postgres' fields", async () => {
    await sql("insert into people values (30, 'eve')");
    expect(await failure(sql("insert into people values (31, 'eve')"))).toMatchObject({
      name: "NeonDbError",
      severity: "ERROR",
      code: "23505",
      message: 'duplicate key value violates unique constraint "people_name_key"',
      detail: "Key (name)=(eve) already exists.",
      schema: "public",
      table: "people",
      constraint: "people_name_key",
      routine: "_bt_check_unique",
    });
    expect(await failure(sql("select nothing from people"))).toMatchObject({ code: "42703", position: "8" });
    expect(await failure(sql("select $1::uuid", ["x"]))).toMatchObject({
      code: "22P02",
      where: expect.stringContaining("$1"),
    });
    expect(await failure(sql("select $1", ["nul\0"]))).toMatchObject({ code: "22021" });
  });

  it("passes on an SQLSTATE of one's own", async () => {
    const raise =
      "do $$ begin raise exception 'no entry' using errcode = 'PT401', hint = 'knock', column = 'door'; end $$";
    expect(await failure(sql(raise))).toMatchObject({
      code: "PT401",
      message: "no entry",
      hint: "knock",
      column: "door",
    });
  });

  it("refuses two statements in one query", async () => {
    const query = "insert into people values (40); insert into people values (41)";
    expect(await failure(sql(query))).toMatchObject({ code: "42601" });
    expect(await failure(served.sql.transaction([sql(query)]))).toMatchObject({ code: "42601" });
    expect(await one("select count(*)::int from people where id in (40, 41)")).toBe(0);
  });

  it("lets nothing of one request reach the next", async () => {
    await sql("begin");
    await sql("set search_path to nowhere");
    await sql("set time zone 'Asia/Tokyo'");
    await sql("insert into people values (50)");
    expect(await one("select count(*)::int from people where id = 50")).toBe(1);
    expect(await one("show timezone")).toBe("UTC");
  });

  it("survives runaway recursion and a COPY that waits for rows", async () => {
    await sql("create function forever(i int) returns int language plpgsql as 'begin return forever(i + 1); end'");
    expect(await failure(sql("select forever(1)"))).toMatchObject({ code: "54001" });
    expect(await failure(sql("copy people from stdin"))).toMatchObject({ code: "57014" });
    expect(await one("select 1")).toBe(1);
  });

  it("answers many requests at once, each with its own", async () => {
    const asked = Array.from({ length: 200 }, (_, index) => index);
    const answers = await Promise.all(
      asked.map(async (index) => {
        if (index % 3) return one("select $1::int", [index]);
        const [, result] = await served.sql.transaction([sql("select 1"), sql("select $1::int as n", [index])]);
        return result?.rows[0]?.n;
      }),
    );
    expect(answers).toEqual(asked);
  });

  it("carries a megabyte both ways", async () => {
    const text = randomUUID().repeat(30_000);
    expect(await one("select $1::text", [text])).toBe(text);
  });

  it.each([
    ["a statement", { query: "insert into people select 60 from pg_sleep(10)" }],
    ["a batch", { queries: [61, 62].map((id) => ({ query: `insert into people select ${id} from pg_sleep(5)` })) }],
  ])("cancels %s whose client hangs up, and nothing of it is done", async (_, body) => {
    const headers = {
      "neon-connection-string": served.endpoint.connectionString,
      "neon-raw-text-output": "true",
    };
    const sent = request(served.endpoint.url, { method: "POST", headers }).on("error", () => {});
    sent.end(JSON.stringify(body));
    const ours = "datname = current_database() and query like 'insert%pg_sleep%'";
    const running = () => one(`select count(*)::int from pg_stat_activity where ${ours}`);
    await expect.poll(running).toBe(1);
    sent.destroy();
    await expect.poll(running).toBe(0);
    expect(await one("select count(*)::int from people where id in (60, 61, 62)")).toBe(0);
  });

  it("refuses another user or another password in the words of Neon's proxy, which has no SQLSTATE for it", async () => {
    const { connectionString } = served.endpoint;
    for (const wrong of [connectionString.replace("postgres:", "emmy:"), connectionString.replace("word@", "w@")]) {
      const user = new URL(wrong).username;
      const error = await failure(neon(wrong).query("select 1"));
      expect(error).toMatchObject({ message: `password authentication failed for user '${user}'`, code: "" });
    }
  });

  describe("of a bad request", () => {
    const post = async (body: string | Buffer, headers: Record<string, string> = {}, path = "") => {
      const { url, connectionString } = served.endpoint;
      const all = { "neon-connection-string": connectionString, "neon-raw-text-output": "true", ...headers };
      const response = await fetch(`${url}${path}`, { method: "POST", headers: all, body });
      return Object.assign({ status: response.status }, await response.json());
    };
    const good = JSON.stringify({ query: "select 1", params: [] });

    it("is right about a good one", async () => {
      expect(await post(good)).toMatchObject({ status: 200, rows: [{ "?column?": "1" }], rowAsArray: false });
      expect(await post(good, { "neon-array-mode": "true" })).toMatchObject({ rows: [["1"]], rowAsArray: true });
      expect(await post('{"query":"select $1 || $2 || $3 as v","params":[1,true,{"a":[1]}]}')).toMatchObject({
        rows: [{ v: '1true{"a":[1]}' }],
      });
      expect(await post('{"query":"select $1::text[][] as v","params":[[["a\\"b",null]]]}')).toMatchObject({
        rows: [{ v: '{{"a\\"b",NULL}}' }],
      });
    });

    it.each<[name: string, message: RegExp, body: string | Buffer, headers?: Record<string, string>, path?: string]>([
      ["no connection string", /Neon-Connection-String is missing/, good, { "neon-connection-string": "" }],
      ["no URL", /is not postgresql:/, good, { "neon-connection-string": "x" }],
      ["no database", /is not postgresql:/, good, { "neon-connection-string": "postgresql://a:b@c/" }],
      ["bad escapes", /percent-encoded/, good, { "neon-connection-string": "postgresql://a:%zz@c/d" }],
      ["typed output", /raw text/, good, { "neon-raw-text-output": "false" }],
      ["nothing", /not JSON/, ""],
      ["half of it", /not JSON/, good.slice(0, -1)],
      ["bytes that are not UTF-8", /not JSON/, Buffer.from([0x22, 0xff, 0x22])],
      ["no query", /not \{query/, "{}"],
      ["a list", /not \{query/, "[]"],
      ["params that are no list", /not \{query/, '{"query":"select 1","params":{}}'],
      ["half a surrogate pair", /surrogate/, '{"query":"select $1","params":["\\ud800"]}'],
      ["an unknown level", /isolation level/, '{"queries":[]}', { "neon-batch-isolation-level": "constructor" }],
      ["another path", /POST \/sql/, good, {}, "/other"],
      ["more than 64 MiB", /larger than 67108864/, Buffer.alloc(64 * 1024 * 1024 + 1, 0x20)],
    ])("names the fault: %s", async (_, message, body, headers, path) => {
      expect(await post(body, headers, path)).toEqual({ status: 400, message: expect.stringMatching(message) });
    });
  });
});

describe("the databases of one server", () => {
  it("are reached by the name in the connection string, which tells when the server is out of reach", async () => {
    const served = await serve();
    const other = served.endpoint.connectionString.replace(/\/[^/]*$/, "/postgres");
    expect(await neon(other).query("select current_database() as name")).toEqual([{ name: "postgres" }]);
    const missing = neon(other.replace(/postgres$/, "nobody's")).query("select 1");
    await expect(missing).rejects.toMatchObject({ code: "3D000" });
    const killed = served.sql.query("select pg_terminate_backend(pg_backend_pid())");
    await expect(killed).rejects.toMatchObject({ code: "57P01" });
    await expect(served.sql.query("select 1 as a")).resolves.toMatchObject({ rows: [{ a: 1 }] });
    await served.close();
  });
});
