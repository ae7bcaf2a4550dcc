import { sql } from "drizzle-orm";
import {
  bigint,
  date,
  doublePrecision,
  inet,
  integer,
  interval,
  json,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  real,
  smallint,
  text,
  time,
  timestamp,
  uuid,
  varchar,
} from "drizzle-orm/pg-core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { body, endpoint } from "../../src/endpoint/endpoint.ts";
import { db, serve, unique } from "../harness.ts";

const name = unique("kinds").replaceAll("-", "_");
const mood = pgEnum(`mood_${name}`, ["good", "bad"]);
await db.execute(sql.raw(`create type mood_${name} as enum ('good', 'bad')`));
const columns = {
  ...{ an_integer: integer(), a_smallint: smallint(), a_bigint: bigint({ mode: "number" }), a_real: real() },
  ...{ a_double: doublePrecision(), a_numeric: numeric({ precision: 5, scale: 2, mode: "number" }), a_date: date() },
  ...{ a_timestamp: timestamp({ withTimezone: true, mode: "string" }), a_time: time(), an_interval: interval() },
  ...{ a_text: text(), a_varchar: varchar({ length: 5 }), a_uuid: uuid(), a_json: json(), a_jsonb: jsonb() },
  ...{ an_enum: mood(), integers: integer().array(), texts: text().array(), uuids: uuid().array(), an_inet: inet() },
  other: text(),
};
const kinds = pgTable(name, columns);
await db.execute(
  sql.raw(`create table ${name} (an_integer int, a_smallint smallint, a_bigint bigint, a_real real, a_double float8,
    a_numeric numeric(5, 2), a_date date, a_timestamp timestamptz, a_time time, an_interval interval, a_text text,
    a_varchar varchar(5), a_uuid uuid, a_json json, a_jsonb jsonb, an_enum mood_${name}, integers int[], texts text[],
    uuids uuid[], an_inet inet, other text)`),
);

const Anything = z.record(z.string(), z.unknown());
const said = { tags: ["operations"], summary: "Store it", description: "As it is.", access: "public" } as const;
const responses = { 204: { description: "Stored" } };

/** Stores what came, whatever it is: its schema is more generous than its columns. */
const store = endpoint(
  { ...said, method: "post", path: "/kinds", operationId: "store", request: { body: body(Anything) }, responses },
  async (c) => {
    await c.var.run(c.var.db.insert(kinds).values(c.req.valid("json")));
    return c.body(null, 204);
  },
);
const find = endpoint(
  {
    ...{ ...said, method: "get", path: "/kinds/{id}", operationId: "find", responses },
    request: { params: z.object({ id: z.string() }), query: z.object({ since: z.iso.date().optional() }) },
  },
  async (c) => {
    const { since = null } = c.req.valid("query");
    const { id } = c.req.valid("param");
    await c.var.run(c.var.db.execute(sql`select from ${kinds} where a_uuid = ${id}::uuid or a_date > ${since}::date`));
    return c.body(null, 204);
  },
);
const add = endpoint(
  { ...said, method: "post", path: "/sums", operationId: "add", request: { body: body(Anything) }, responses },
  async (c) => {
    const { to, zone = "UTC", name: shown = "" } = c.req.valid("json");
    const { db, run } = c.var;
    await run(
      db.execute(sql`select 2147483647 + ${to ?? 0}::int`),
      db.execute(sql`select now() at time zone ${zone}`),
      db.execute(sql`select ${`${shown}`}::varchar(5)::char(200), ${`${shown}x`}::uuid`),
    );
    return c.body(null, 204);
  },
);
const app = serve({ endpoints: [store, find, add] });
const sent = (json: unknown) => app.post("/kinds", { json });

const integerFault = { type: "invalid_type", msg: "Must be a whole number", ctx: { expected: "integer" } };
const unicode = { type: "invalid_unicode", msg: "Must be well-formed Unicode without NUL" };
const aTime = { type: "invalid_format", ctx: { format: "date-time" } };
const invalid = { type: "invalid", msg: "Must be valid" };

describe("a value that the database refuses", () => {
  it.each<[string, unknown, (string | number)[], object]>([
    ["an_integer", 2_147_483_648, [], { type: "number_too_large", msg: "Must be 2147483647 or less" }],
    ["an_integer", -2_147_483_649, [], { type: "number_too_small", msg: "Must be -2147483648 or more" }],
    ["an_integer", 1.5, [], integerFault],
    ["an_integer", 1e21, [], integerFault],
    ["an_integer", "ten", [], integerFault],
    ["a_smallint", 40_000, [], { type: "number_too_large", ctx: { max: 32_767 } }],
    ["a_smallint", -40_000, [], { type: "number_too_small", ctx: { min: -32_768 } }],
    ["a_bigint", 1e19, [], invalid],
    ["a_bigint", 0.5, [], integerFault],
    ["a_real", 1e39, [], invalid],
    ["a_numeric", "much", [], { type: "invalid_type", ctx: { expected: "number" } }],
    ["a_date", "0000-01-01", [], { type: "invalid_format", msg: "Must be a date such as 2026-11-23" }],
    ["a_date", "2026-02-30", [], { type: "invalid_format", ctx: { format: "date" } }],
    ["a_date", "soon", [], { type: "invalid_format", ctx: { format: "date" } }],
    ["a_timestamp", "0000-01-01T00:00:00Z", [], aTime],
    ["a_timestamp", "2026-01-01T00:00:00+23:59", [], aTime],
    ["a_timestamp", 'a": "b', [], aTime],
    ["a_time", "25:00", [], invalid],
    ["an_interval", "P99999999999Y", [], invalid],
    ["a_text", "a\0b", [], unicode],
    ["a_text", "a\ud800", [], unicode],
    ["a_uuid", "x", [], { type: "invalid_format", msg: "Must be a UUID", ctx: { format: "uuid" } }],
    ["a_jsonb", { deep: [{ text: "\0" }] }, ["deep", 0, "text"], unicode],
    ["a_jsonb", { deep: ["ok", "\udc00"] }, ["deep", 1], unicode],
    ["an_enum", "fair", [], invalid],
    ["integers", [1, 99_999_999_999], [1], { type: "number_too_large", ctx: { max: 2_147_483_647 } }],
    ["texts", ["a", "\0"], [1], unicode],
    ["uuids", ["019abc12-3456-7def-8abc-1234567890ab", "y"], [1], { type: "invalid_format", ctx: { format: "uuid" } }],
    ["an_inet", "300.1.1.1", [], invalid],
  ])("is blamed at its place, with its rule: %s %j", async (column, value, within, fault) => {
    const answer = await sent({ [column]: value, other: "fine" });
    expect([answer.status, answer.body.code]).toStrictEqual([422, "validation_failed"]);
    expect(answer.body.errors).toStrictEqual(
      [{ ...fault, loc: ["body", column, ...within], msg: expect.any(String) }].map((one) =>
        expect.objectContaining({ ...one, ...fault }),
      ),
    );
    expect(answer.body.detail).toBe(`${["body", column, ...within].join(".")}: ${answer.body.errors[0].msg}`);
  });

  it("is blamed in the path and in the query", async () => {
    const inPath = await app.get("/kinds/nothing");
    expect(inPath.body.errors).toMatchObject([{ loc: ["path", "id"], ctx: { format: "uuid" } }]);
    const inQuery = await app.get("/kinds/019abc12-3456-7def-8abc-1234567890ab?since=0000-01-01");
    expect(inQuery.body.errors).toMatchObject([{ loc: ["query", "since"], ctx: { format: "date" } }]);
  });

  it("is not guessed at: where two fields hold it, where a statement computed it, where PostgreSQL names none", async () => {
    const unnamed = [
      await sent({ an_integer: 99_999_999_999, a_bigint: 99_999_999_999 }),
      await sent({ a_varchar: "too long", other: "much longer than five" }),
      await sent({ a_numeric: 1_000, a_double: 1_000 }),
      await app.post("/sums", { json: { to: 1 } }),
      await app.post("/sums", { json: { name: "much longer than five" } }),
    ];
    for (const answer of unnamed) {
      expect([answer.status, answer.body.code, answer.body.errors]).toStrictEqual([
        422,
        "validation_failed",
        undefined,
      ]);
    }
    const zone = await app.post("/sums", { json: { zone: "Nowhere/Else" } });
    expect(zone.body.errors).toStrictEqual([{ loc: ["body", "zone"], ...invalid }]);
  });

  it("is told for each text that no column can hold", async () => {
    const answer = await sent({ a_text: "\0", other: "\ud800" });
    expect(answer.body.errors).toStrictEqual([
      { loc: ["body", "a_text"], ...unicode },
      { loc: ["body", "other"], ...unicode },
    ]);
  });

  it("is refused however deep it is, and blamed where a person would look", async () => {
    const nested = (depth: number) => JSON.parse(`${"[".repeat(depth)}"\\u0000"${"]".repeat(depth)}`);
    expect((await sent({ a_jsonb: nested(5) })).body.errors).toHaveLength(1);
    expect((await sent({ a_jsonb: nested(500) })).body.errors).toBeUndefined();
    expect((await sent({ a_jsonb: JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`) })).status).toBe(422);
  });

  it("is found in a message as long as a body may be", async () => {
    const long = "for type ".repeat(100_000);
    // PostgreSQL cuts the name of a zone, and this one is no longer what was sent.
    expect(await app.post("/sums", { json: { zone: long } })).toMatchObject({
      status: 422,
      body: { code: "validation_failed" },
    });
    for (const value of [
      long,
      `value "${long}`,
      '" is out of range for type '.repeat(30_000),
      'out of range: "'.repeat(60_000),
    ]) {
      const { body } = await sent({ a_uuid: value });
      expect(body.errors).toMatchObject([{ loc: ["body", "a_uuid"], ctx: { format: "uuid" } }]);
    }
  });

  it("is in no line of the log, which has the reason", async () => {
    const secret = "correct horse battery";
    await sent({ a_uuid: secret });
    const line = app.logs.findLast(({ message }) => message === "request");
    expect(line).toMatchObject({ status: 422, code: "validation_failed", cause: { sqlstate: "22P02" } });
    expect(JSON.stringify(app.logs)).not.toContain(secret);
  });
});
