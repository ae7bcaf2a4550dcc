import { z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { body, endpoint } from "../../src/endpoint/endpoint.ts";
import { changesSomething, Id } from "../../src/schemas/common.ts";
import { rule } from "../../src/schemas/field-errors.ts";
import { Flag, listOf, Moment, wholeNumber } from "../../src/schemas/parameters.ts";
import { text } from "../../src/schemas/text.ts";
import { api, aUser, bindings, serve, unique } from "../harness.ts";

function taking(schema: z.ZodType) {
  const take = endpoint(
    {
      method: "post",
      path: "/take",
      operationId: "take",
      tags: ["operations"],
      summary: "Take a value",
      description: "Of one schema.",
      access: "public",
      request: { body: body(z.strictObject({ value: schema })) },
      responses: { 204: { description: "Taken" } },
    },
    (c) => c.body(null, 204),
  );
  return serve({ endpoints: [take] });
}

const isEven = (value: number) => value % 2 === 0;
const Shape = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("circle"), radius: z.number() }),
  z.strictObject({ kind: z.literal("square"), side: z.number() }),
]);

describe("a field error", () => {
  it.each<[string, z.ZodType, unknown, object]>([
    ["nothing", z.string(), undefined, { type: "missing", msg: "Field required" }],
    ["null", z.string(), null, { type: "invalid_type", msg: "Must be a string", ctx: { expected: "string" } }],
    [
      "a text for a number",
      z.int(),
      "1",
      { type: "invalid_type", msg: "Must be a number", ctx: { expected: "number" } },
    ],
    ["a half", z.int(), 1.5, { type: "invalid_type", msg: "Must be a whole number", ctx: { expected: "integer" } }],
    [
      "1 for true",
      z.boolean(),
      1,
      { type: "invalid_type", msg: "Must be true or false", ctx: { expected: "boolean" } },
    ],
    [
      "a list for an object",
      z.object({}),
      [],
      { type: "invalid_type", msg: "Must be an object", ctx: { expected: "object" } },
    ],
    [
      "another word",
      z.enum(["a", "b"]),
      "c",
      { type: "invalid_value", msg: 'Must be "a" or "b"', ctx: { values: ["a", "b"] } },
    ],
    [
      "no address",
      z.email(),
      "x",
      { type: "invalid_format", msg: "Must be an e-mail address", ctx: { format: "email" } },
    ],
    ["no id", Id, "x", { type: "invalid_format", msg: "Must be a UUID", ctx: { format: "uuid" } }],
    ["no URL", z.url(), "x", { type: "invalid_format", msg: "Must be a URL", ctx: { format: "uri" } }],
    [
      "no moment",
      Moment,
      "x",
      { type: "invalid_format", msg: "Must be a time such as 2026-11-23T09:30:00Z", ctx: { format: "date-time" } },
    ],
    [
      "another format",
      z.ipv4(),
      "x",
      { type: "invalid_format", msg: "Must be of the format ipv4", ctx: { format: "ipv4" } },
    ],
    [
      "another pattern",
      z.string().regex(/^a$/),
      "b",
      { type: "pattern_mismatch", msg: "Must match /^a$/", ctx: { pattern: "/^a$/" } },
    ],
    [
      "too little text",
      text({ min: 1, max: 2 }),
      "",
      { type: "string_too_short", msg: "Must have at least 1 character", ctx: { min: 1 } },
    ],
    ["nothing to be seen", text({ min: 1, max: 2 }), " ", { type: "blank", msg: "Must not be blank" }],
    [
      "too much text",
      text({ max: 2 }),
      "😀😀😀",
      { type: "string_too_long", msg: "Must have at most 2 characters", ctx: { max: 2 } },
    ],
    [
      "NUL",
      text({ max: 2 }),
      "\0".repeat(9),
      { type: "invalid_unicode", msg: "Must be well-formed Unicode without NUL" },
    ],
    [
      "too little text for zod",
      z.string().min(2),
      "a",
      { type: "string_too_short", msg: "Must have at least 2 characters", ctx: { min: 2 } },
    ],
    [
      "too small a number",
      z.number().min(1),
      0,
      { type: "number_too_small", msg: "Must be 1 or more", ctx: { min: 1 } },
    ],
    [
      "too large a number",
      z.number().max(1),
      2,
      { type: "number_too_large", msg: "Must be 1 or less", ctx: { max: 1 } },
    ],
    [
      "zero for a positive",
      z.number().positive(),
      0,
      { type: "not_greater", msg: "Must be greater than 0", ctx: { min: 0 } },
    ],
    [
      "zero for a negative",
      z.number().negative(),
      0,
      { type: "not_less", msg: "Must be less than 0", ctx: { max: 0 } },
    ],
    [
      "no multiple",
      z.number().multipleOf(5),
      6,
      { type: "not_multiple_of", msg: "Must be a multiple of 5", ctx: { step: 5 } },
    ],
    [
      "too early a time",
      Moment,
      "1969-12-31T23:59:59Z",
      { type: "date_too_early", msg: "Must be 1970-01-01T00:00:00Z or later", ctx: { min: "1970-01-01T00:00:00Z" } },
    ],
    [
      "too late a time",
      Moment,
      "9999-12-31T23:59:59-01:00",
      {
        type: "date_too_late",
        msg: "Must be 9999-12-31T23:59:59.999Z or earlier",
        ctx: { max: "9999-12-31T23:59:59.999Z" },
      },
    ],
    [
      "too short a list",
      z.array(z.string()).min(1),
      [],
      { type: "list_too_short", msg: "Must have at least 1 entry", ctx: { min: 1 } },
    ],
    [
      "too long a list",
      z.array(z.string()).max(2),
      ["a", "b", "c"],
      { type: "list_too_long", msg: "Must have at most 2 entries", ctx: { max: 2 } },
    ],
    [
      "no change",
      z.strictObject({ a: z.int().optional() }).check(changesSomething),
      {},
      { type: "too_few_fields", msg: "Must have at least 1 field", ctx: { min: 1 } },
    ],
    [
      "no number of a query",
      wholeNumber({ min: 1, max: 9 }),
      "1.0",
      { type: "invalid_type", msg: "Must be a whole number", ctx: { expected: "integer" } },
    ],
    [
      "too large a number of a query",
      wholeNumber({ min: 1, max: 9 }),
      "10",
      { type: "number_too_large", msg: "Must be 9 or less", ctx: { max: 9 } },
    ],
    [
      "no option of a union",
      z.union([z.int(), z.boolean()]),
      "x",
      { type: "invalid_type", msg: "Must be a number", ctx: { expected: "number" } },
    ],
    [
      "what a rule refuses",
      z.int().check(rule(isEven, "not_multiple_of", { step: 2 })),
      1,
      { type: "not_multiple_of", msg: "Must be a multiple of 2", ctx: { step: 2 } },
    ],
    ["what a refinement refuses", z.int().refine(isEven, "Must be even"), 1, { type: "invalid", msg: "Must be even" }],
  ])("says of %s what is wrong, by its type", async (_what, schema, value, expected) => {
    const answer = await taking(schema).post("/take", { json: { value } });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toStrictEqual([{ loc: ["body", "value"], ...expected }]);
  });

  it.each<[string, z.ZodType, unknown, (string | number)[], object]>([
    ["an unknown key", z.strictObject({ a: z.int() }), { a: 1, b: 2 }, ["b"], { type: "extra_forbidden" }],
    ["a missing key", z.array(z.strictObject({ a: z.int() })), [{ a: 1 }, {}], [1, "a"], { type: "missing" }],
    ["a missing kind", Shape, {}, ["kind"], { type: "missing" }],
    [
      "an unknown kind",
      Shape,
      { kind: "cone" },
      ["kind"],
      { type: "invalid_value", ctx: { values: ["circle", "square"] } },
    ],
    ["a field of a kind", Shape, { kind: "circle", radius: "1" }, ["radius"], { type: "invalid_type" }],
    ["a key of a record", z.record(z.string().max(1), z.int()), { ab: 1 }, ["ab"], { type: "string_too_long" }],
    [
      "the nearest option",
      z.union([z.int(), z.strictObject({ a: z.int() })]),
      { a: "x" },
      ["a"],
      { type: "invalid_type" },
    ],
  ])("says of %s where it is", async (_what, schema, value, place, expected) => {
    const { status, body: problem } = await taking(schema).post("/take", { json: { value } });
    expect(status).toBe(422);
    expect(problem.errors).toMatchObject([{ loc: ["body", "value", ...place], ...expected }]);
  });

  it.each([
    "word=a&word=b",
    "count=1&count=1",
    "flag=true&flag=false",
    "at=2026-11-23T09:30:00Z&at=x",
    "kind=a&kind=b",
  ])("says that a parameter came twice: %s", async (query) => {
    const find = endpoint(
      {
        method: "get",
        path: "/take",
        operationId: "take",
        tags: ["operations"],
        summary: "Take a value",
        description: "Of each kind.",
        access: "public",
        request: {
          query: z.object({
            word: text({ max: 9 }).optional(),
            count: wholeNumber({ min: 0, max: 9 }).optional(),
            flag: Flag.optional(),
            at: Moment.optional(),
            kind: z.literal("a").optional(),
            words: listOf(text({ max: 1 }), 2).optional(),
          }),
        },
        responses: { 204: { description: "Taken" } },
      },
      (c) => c.body(null, 204),
    );
    const within = serve({ endpoints: [find] });
    const { status, body: problem } = await within.get(`/take?${query}&words=a&words=b`);
    const [name] = query.split("=");
    expect([status, problem.errors]).toStrictEqual([
      422,
      [{ loc: ["query", name], msg: "Must not occur twice", type: "duplicate" }],
    ]);
    const tooMany = await within.get("/take?words=a&words=b&words=c");
    expect(tooMany.body.errors).toMatchObject([{ loc: ["query", "words"], type: "list_too_long" }]);
  });

  it("says that a field of a form came twice", async () => {
    const form = new URLSearchParams([
      ["username", "ada"],
      ["username", "bob"],
      ["password", "correct horse battery"],
    ]);
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const { status, body: problem } = await api.post("/auth/login", { body: form.toString(), headers });
    expect([status, problem.errors]).toStrictEqual([
      400,
      [{ loc: ["body", "username"], msg: "Must not occur twice", type: "duplicate" }],
    ]);
  });

  it("names the field that is taken, or that was wrong, where the body has it", async () => {
    const [user, other] = [await aUser(), await aUser()];
    const json = { username: unique(), email: user.email, password: "correct horse battery" };
    const taken = { msg: "Must not be in use already", type: "taken" };
    expect((await api.post("/users", { json })).body.errors).toStrictEqual([{ loc: ["body", "email"], ...taken }]);
    const change = { token: other.token, json: { username: user.username } };
    expect((await api.patch("/users/me", change)).body.errors).toStrictEqual([{ loc: ["body", "username"], ...taken }]);
    const password = { current_password: "not the one", password: "correct horse battery" };
    expect((await user.put("/users/me/password", password)).body.errors).toStrictEqual([
      { loc: ["body", "current_password"], msg: "Must be the current password", type: "wrong_password" },
    ]);
  });

  it("names the header, or the parameter, that an error is about", async () => {
    const user = await aUser();
    const { body: item } = await user.post("/items", { title: "Engine" });
    const path = `/items/${item.id}`;
    const json = { title: "Loom" };
    const key = { "Idempotency-Key": unique() };
    await user.post("/items", json, { headers: key });
    const places = async (answer: Promise<{ status: number; body: { errors?: { loc: unknown; type: string }[] } }>) => {
      const { status, body } = await answer;
      return [status, ...(body.errors ?? []).map(({ loc, type }) => [loc, type])];
    };
    const [text, latin] = ["text/plain", "application/json; charset=iso-8859-1"];
    for (const [answer, status, where, type] of [
      [user.post("/items", { title: "Lace" }, { headers: key }), 422, ["header", "Idempotency-Key"], "taken"],
      [user.patch(path, json, { headers: { "If-Match": "1" } }), 400, ["header", "If-Match"], "invalid_format"],
      [user.get(path, { headers: { "If-Match": "1" } }), 400, ["header", "If-Match"], "invalid_format"],
      [user.get("/items/export", { headers: { Accept: "text/html" } }), 406, ["header", "Accept"], "invalid_value"],
      [
        user.post("/items", undefined, { body: "{}", headers: { "Content-Type": text } }),
        415,
        ["header", "Content-Type"],
        "invalid_value",
      ],
      [
        user.post("/items", undefined, { body: "{}", headers: { "Content-Type": latin } }),
        415,
        ["header", "Content-Type"],
        "invalid_value",
      ],
      [
        user.post("/items", json, { headers: { "Content-Encoding": "gzip" } }),
        415,
        ["header", "Content-Encoding"],
        "invalid_value",
      ],
      [user.get("/items?cursor=x"), 400, ["query", "cursor"], "invalid"],
    ] as const) {
      expect(await places(answer)).toStrictEqual([status, [where, type]]);
    }
    const strict = serve({ bindings: { ...bindings, REQUIRE_IF_MATCH: "true" } });
    const unnamed = strict.patch(path, { token: user.token, json });
    expect(await places(unnamed)).toStrictEqual([428, [["header", "If-Match"], "precondition_required"]]);
  });
});
