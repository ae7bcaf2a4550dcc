import { sql } from "drizzle-orm";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { constraintCodes } from "../../src/db/constraints.ts";
import { body, endpoint, json } from "../../src/endpoint/endpoint.ts";
import { type ErrorCode, errorTable } from "../../src/errors.ts";
import { aUser, db, serve, unique } from "../harness.ts";

const ada = await aUser();
/** Two tables of which one refers to the other, and a trigger that speaks for a constraint of src/db/constraints.ts. */
const [shelves, books] = [unique("shelves"), unique("books")].map((name) => name.replaceAll("-", "_"));
await db.execute(sql.raw(`create table ${shelves} (id int primary key, room int, exclude using btree (room with =))`));
await db.execute(
  sql.raw(`create table ${books} (
    id int primary key, shelf int not null references ${shelves} (id), title text not null,
    pages smallint check (pages > 0), code text unique)`),
);
await db.execute(
  sql.raw(`create function ${books}_rule() returns trigger language plpgsql as $$ begin
    raise exception 'taken' using errcode = 'check_violation', constraint = 'users_username_key'; end $$`),
);
await db.execute(
  sql.raw(`create trigger rule before insert on ${books} for each row when (new.title = 'taken')
    execute function ${books}_rule()`),
);
await db.execute(sql.raw(`insert into ${shelves} (id, room) values (1, 1)`));
await db.execute(sql.raw(`insert into ${books} (id, shelf, title, code) values (1, 1, 'A book', 'a')`));

/** Calls an endpoint that runs this statement and declares this code. */
async function answerOf(statement: string, ...errors: ErrorCode[]) {
  const write = endpoint(
    {
      ...({ method: "post", path: "/books", operationId: "write", tags: ["items"], access: "user" } as const),
      summary: "Write a row",
      description: "Writes a row.",
      responses: { 200: json(z.array(z.looseObject({})), "The rows") },
      errors,
    },
    async (c) => c.json((await c.var.run(c.var.db.execute(sql.raw(statement)))).rows, 200),
  );
  return serve({ endpoints: [write] }).post("/books", { token: ada.token });
}

const insert = (values: string) =>
  `insert into ${books} (id, shelf, title, pages, code) values (${values}) returning id`;

describe("a table of one's own answers by its constraints:", () => {
  it.each<[what: string, statement: string, status: number, code: ErrorCode]>([
    ["a primary key", insert("1, 1, 't', 1, 'b'"), 409, "conflict"],
    ["a unique column", insert("2, 1, 't', 1, 'a'"), 409, "conflict"],
    ["an exclusion", `insert into ${shelves} (id, room) values (2, 1) returning id`, 409, "conflict"],
    ["a reference to nothing", insert("2, 99, 't', 1, 'b'"), 422, "invalid_reference"],
    ["a change to a reference to nothing", `update ${books} set shelf = 99 returning id`, 422, "invalid_reference"],
    ["what is referred to", `delete from ${shelves} returning id`, 409, "still_referenced"],
    ["the key of what is referred to", `update ${shelves} set id = 3 returning id`, 409, "still_referenced"],
    ["a check", insert("2, 1, 't', 0, 'b'"), 422, "validation_failed"],
    ["a value that is missing", insert("2, 1, null, 1, 'b'"), 422, "validation_failed"],
    ["a number out of range", insert("2, 1, 't', 40000, 'b'"), 422, "validation_failed"],
    ["a trigger that speaks for a constraint", insert("2, 1, 'taken', 1, 'b'"), 409, "username_taken"],
  ])("%s", async (_what, statement, status, code) => {
    const answer = await answerOf(statement, ...(code === "validation_failed" ? [] : [code]));
    expect([answer.status, answer.body.code]).toStrictEqual([status, code]);
    expect(answer.text).not.toContain(String(books));
  });

  it("a reference to nothing by the field that makes it, where the body has one", async () => {
    const given = (name: string, shape: z.ZodRawShape) =>
      endpoint(
        {
          ...({ method: "post", path: `/${name}`, operationId: name, tags: ["items"], access: "user" } as const),
          summary: "Write a row",
          description: "Writes a row.",
          request: { body: body(z.strictObject(shape)) },
          responses: { 200: json(z.array(z.looseObject({})), "The rows") },
          errors: ["invalid_reference"],
        },
        async (c) => c.json((await c.var.run(c.var.db.execute(sql.raw(insert("7, 99, 't', 1, 'g'"))))).rows, 200),
      );
    const app = serve({ endpoints: [given("shelve", { shelf: z.int() }), given("store", { title: z.string() })] });
    const shelved = await app.post("/shelve", { token: ada.token, json: { shelf: 99 } });
    const errors = [{ loc: ["body", "shelf"], msg: "Must exist", type: "not_found" }];
    expect(shelved.body).toMatchObject({ code: "invalid_reference", errors });
    expect(shelved.text).not.toContain(String(shelves));
    const stored = await app.post("/store", { token: ada.token, json: { title: "t" } });
    expect([stored.body.code, stored.body.errors]).toStrictEqual(["invalid_reference", undefined]);
  });

  it.each([
    ["a check", "pages", "2, 1, 't', 0, 'b'", { msg: "Must be valid", type: "invalid" }],
    ["a value that is missing", "title", "2, 1, null, 1, 'b'", { msg: "Field required", type: "missing" }],
    ["a unique column", "code", "2, 1, 't', 1, 'a'", { msg: "Must not be in use already", type: "taken" }],
  ])("%s by the field of its column, where the body has one", async (_what, field, values, fault) => {
    const given = (name: string) =>
      endpoint(
        {
          ...({ method: "post", path: `/${name}`, operationId: name, tags: ["items"], access: "user" } as const),
          summary: "Write a row",
          description: "Writes a row.",
          request: { body: body(z.strictObject({ [name]: z.string() })) },
          responses: { 200: json(z.array(z.looseObject({})), "The rows") },
          errors: ["conflict"],
        },
        async (c) => c.json((await c.var.run(c.var.db.execute(sql.raw(insert(values))))).rows, 200),
      );
    const app = serve({ endpoints: [given(field), given("other")] });
    const named = await app.post(`/${field}`, { token: ada.token, json: { [field]: "x" } });
    expect(named.body.errors).toStrictEqual([{ loc: ["body", field], ...fault }]);
    expect(named.text).not.toContain(String(books));
    expect((await app.post("/other", { token: ada.token, json: { other: "x" } })).body.errors).toBeUndefined();
  });

  it("a check by the code that src/db/constraints.ts gives it, with the field that src/errors.ts blames for that", async () => {
    const [check, fault] = [`${books}_pages_check`, { type: "number_too_small", ctx: { min: 1 } }];
    Object.assign(constraintCodes, { [check]: "invalid_reference" });
    Object.assign(errorTable.invalid_reference, { field: { name: "pages", ...fault } });
    onTestFinished(() => {
      delete constraintCodes[check];
      Reflect.deleteProperty(errorTable.invalid_reference, "field");
    });
    const bind = endpoint(
      {
        ...({ method: "post", path: "/bind", operationId: "bind", tags: ["items"], access: "user" } as const),
        summary: "Write a row",
        description: "Writes a row.",
        request: { body: body(z.strictObject({ pages: z.int() })) },
        responses: { 200: json(z.array(z.looseObject({})), "The rows") },
        errors: ["invalid_reference"],
      },
      async (c) => c.json((await c.var.run(c.var.db.execute(sql.raw(insert("8, 1, 't', 0, 'h'"))))).rows, 200),
    );
    const { status, body: problem } = await serve({ endpoints: [bind] }).post("/bind", { ...ada, json: { pages: 0 } });
    expect([status, problem.errors]).toStrictEqual([
      422,
      [{ loc: ["body", "pages"], msg: "Must be 1 or more", ...fault }],
    ]);
  });

  it("nothing of it where all goes well", async () => {
    expect((await answerOf(insert("5, 1, 't', 1, 'e'"))).body).toStrictEqual([{ id: 5 }]);
    expect((await ada.get("/users/me")).status).toBe(200);
  });
});
