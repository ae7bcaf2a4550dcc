import { z } from "@hono/zod-openapi";
import { getTableColumns, sql } from "drizzle-orm";
import { boolean, jsonb, pgTable, text as textColumn } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { batchQueries, batchQueriesIn } from "../../src/crud/batches.ts";
import { deletion } from "../../src/crud/rows.ts";
import { dialect } from "../../src/db/drizzle.ts";
import { organizationPolicy, organizationRow, ownedRow } from "../../src/db/schema.ts";
import { body, endpoint, json } from "../../src/endpoint/endpoint.ts";
import { batchOf, batchResultOf } from "../../src/schemas/batches.ts";
import { changesSomething, ETag, Id } from "../../src/schemas/common.ts";
import { text } from "../../src/schemas/text.ts";
import { changeTogether } from "../../src/services/batches.ts";
import { aUser, bindings, db, serve } from "../harness.ts";
import { anOrganization } from "../members.ts";

const suffix = uuidv7().replaceAll("-", "_");
const own = {
  ...{ code: textColumn().notNull(), note: textColumn(), isOpen: boolean("is_open").notNull().default(true) },
  ...{ sizes: textColumn().array(), data: jsonb() },
};
const crates = pgTable(`crates_${suffix}`, { ...ownedRow, ...own });
const barrels = pgTable(`barrels_${suffix}`, { ...organizationRow, ...own }, (table) => [
  organizationPolicy(`barrels_${suffix}`, table),
]);
for (const [name, owner, per] of [
  [`crates_${suffix}`, "owner_id uuid not null", "owner_id"],
  [`barrels_${suffix}`, "organization_id uuid not null, created_by uuid", "organization_id"],
] as const) {
  await db.execute(
    sql.raw(`create table ${name} (id uuid primary key, ${owner}, created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now(), deleted_at timestamptz(3), version int not null default 1,
      code text not null, note text, is_open boolean not null default true, sizes text[], data jsonb)`),
  );
  await db.execute(sql.raw(`create unique index on ${name} (${per}, code) where deleted_at is null`));
  await db.execute(sql.raw(`create trigger touch before update on ${name} for each row execute function touch_row()`));
}
const { using } = organizationPolicy("", barrels);
if (!using) throw new Error("the policy has no condition");
await db.execute(sql.raw(`alter table barrels_${suffix} enable row level security, force row level security`));
await db.execute(sql.raw(`create policy own on barrels_${suffix} using (${dialect.sqlToQuery(using).sql})`));

const fields = {
  ...{ code: text({ min: 1, max: 60 }), note: text({ max: 60 }).nullable(), isOpen: z.boolean() },
  ...{ sizes: z.array(text({ max: 9 })).max(9), data: z.record(z.string(), z.unknown()).nullable() },
};
const Crate = z.object({ ...fields, id: Id, sizes: fields.sizes.nullable(), etag: ETag }).openapi("Crate");
const CrateCreate = z.strictObject(fields).partial().required({ code: true }).openapi("CrateCreate");
const CrateUpdate = z
  .strictObject(fields)
  .partial()
  .check(changesSomething)
  .openapi("CrateUpdate", { minProperties: 1 });

const CrateBatch = batchOf(CrateCreate, CrateUpdate, { code: "A 1" }).openapi("CrateBatch");
const CrateBatchResult = batchResultOf(Crate).openapi("CrateBatchResult");

const CrateBatches = batchQueries(crates, getTableColumns(crates));
const BarrelBatches = batchQueriesIn(barrels, getTableColumns(barrels));

const said = { method: "post", tags: ["crates"], batch: true, idempotent: true } as const;
const answered = {
  responses: { 200: json(CrateBatchResult, "One result per operation, in order") },
  errors: ["conflict"],
} as const;

const batchCrates = endpoint(
  {
    ...said,
    path: "/crates/batch",
    operationId: "batchCrates",
    summary: "Create, change and delete crates together",
    description: "Carries out all operations, or none.",
    access: "user",
    request: { body: body(CrateBatch) },
    ...answered,
  },
  async (c) => {
    const { operations } = c.req.valid("json");
    const { results } = await changeTogether(c.var, CrateBatches, c.var.user, operations);
    return c.json(CrateBatchResult.parse({ results }), 200);
  },
);

const batchBarrels = endpoint(
  {
    ...said,
    path: "/organizations/{organization_id}/barrels/batch",
    operationId: "batchBarrels",
    summary: "Create, change and delete barrels together",
    description: "Carries out all operations, or none.",
    access: { member: "member" },
    request: { params: z.object({ organization_id: Id }), body: body(CrateBatch) },
    ...answered,
  },
  async (c) => {
    const { operations } = c.req.valid("json");
    const { results } = await changeTogether(c.var, BarrelBatches, c.var.member, operations);
    return c.json(CrateBatchResult.parse({ results }), 200);
  },
);

const app = serve({
  endpoints: [batchCrates, batchBarrels],
  bindings: { ...bindings, ROWS_PER_OWNER: "6", ROWS_PER_ORGANIZATION: "7" },
});
const missing = uuidv7();
const create = (code: string, more = {}) => ({ op: "create", item: { code, ...more } });
const update = (id: string, item: object, more = {}) => ({ op: "update", id, item, ...more });
const remove = (id: string, more = {}) => ({ op: "delete", id, ...more });

describe.each([
  {
    who: "a user",
    room: 6,
    table: crates,
    make: async () => ({ path: "/crates/batch", token: (await aUser()).token }),
  },
  {
    who: "an organization",
    room: 7,
    table: barrels,
    make: async () => {
      const { path, member } = await anOrganization();
      return { path: `${path}/barrels/batch`, token: member.token };
    },
  },
])("a batch of rows of $who", ({ table, room, make }) => {
  type Owner = Awaited<ReturnType<typeof make>>;
  const batch = ({ path, token }: Owner, operations: object[], headers = {}, at = app) =>
    at.post(path, { token, json: { operations }, headers });
  const made = async (owner: Owner, ...codes: string[]): Promise<string[]> =>
    (
      await batch(
        owner,
        codes.map((code) => create(code)),
      )
    ).body.results.map((one: { item: { id: string } }) => one.item.id);
  const rowOf = async (id = "") => (await db.execute(sql`select * from ${table} where id = ${id}::uuid`)).rows[0];

  it("creates, changes and deletes in one round trip, each field of each row by itself", async () => {
    const owner = await make();
    const [one = "", two = "", three = ""] = await made(owner, "1", "2", "3");
    const data = { isOpen: null, deep: [{ a: '"quoted"' }] };
    const answer = await batch(owner, [
      update(one.toUpperCase(), { note: "near", isOpen: false, sizes: ["a,b", '"'], data }, { if_match: '"1"' }),
      remove(two),
      create("4", { sizes: [], data }),
      update(three, { data: null, note: null }),
    ]);
    expect([answer.status, answer.roundTrips]).toStrictEqual([200, 1]);
    const rest = { note: null, isOpen: true, sizes: null, data: null };
    expect(answer.body.results).toStrictEqual([
      {
        ...{ op: "update", etag: '"2"' },
        item: { ...rest, id: one, code: "1", note: "near", isOpen: false, sizes: ["a,b", '"'], data, etag: '"2"' },
      },
      { op: "delete", id: two },
      {
        ...{ op: "create", etag: '"1"' },
        item: { ...rest, id: answer.body.results[2].item.id, code: "4", sizes: [], data, etag: '"1"' },
      },
      { op: "update", etag: '"2"', item: { ...rest, id: three, code: "3", etag: '"2"' } },
    ]);
    expect(await rowOf(one)).toMatchObject({ is_open: false, sizes: ["a,b", '"'], data });
    expect(await rowOf(three)).toMatchObject({ data: null });
  });

  it("lets a new row have a unique value that it frees, and names a conflict with one that stays", async () => {
    const owner = await make();
    const [one = "", two = ""] = await made(owner, "1", "2");
    expect((await batch(owner, [create("1"), update(two, { code: "3" }), remove(one), create("2")])).status).toBe(200);
    const before = await rowOf(two);
    const answer = await batch(owner, [update(two, { code: "4" }), create("1")]);
    expect([answer.status, answer.body.code]).toStrictEqual([409, "conflict"]);
    expect(await rowOf(two)).toStrictEqual(before);
  });

  it("does nothing where one operation cannot be done, and names it", async () => {
    const [owner, stranger] = [await make(), await make()];
    const [own = "", gone = ""] = await made(owner, "1", "2");
    const [foreign = ""] = await made(stranger, "1");
    await db.execute(sql`update ${table} set deleted_at = ${deletion.deleted_at} where id = ${gone}::uuid`);
    const before = await rowOf(own);
    const change = update(own, { note: "changed" });
    for (const [code, last] of [
      ["not_found", remove(missing)],
      ["not_found", update(foreign, { note: "changed" })],
      ["not_found", remove(foreign)],
      ["not_found", update(gone, { note: "changed" })],
      ["precondition_failed", update(own, { note: "changed" }, { if_match: '"2"' })],
    ] as const) {
      const operations = last.id === own ? [create("3"), last] : [create("3"), change, last];
      const answer = await batch(owner, operations);
      const position = operations.length - 1;
      expect(answer.body, code).toMatchObject({
        code,
        errors: [{ loc: ["body", "operations", position], type: code }],
      });
    }
    expect((await batch(owner, [change, change])).status).toBe(422);
    expect(await rowOf(own)).toStrictEqual(before);
    expect(await rowOf(foreign)).toMatchObject({ note: null, deleted_at: null });
  });

  it("creates as many rows as there is room for, and none of one more", async () => {
    const owner = await make();
    const codes = Array.from({ length: room }, (_, i) => create(`${i}`));
    const answer = await batch(owner, [...codes, create("One more")]);
    expect([answer.status, answer.body.code]).toStrictEqual([409, "quota_exceeded"]);
    expect((await batch(owner, codes)).status).toBe(200);
  });

  it("asks for versions where they are required, and answers a repetition as the first time", async () => {
    const owner = await make();
    const [own = ""] = await made(owner, "1");
    const strict = serve({
      endpoints: [batchCrates, batchBarrels],
      bindings: { ...bindings, REQUIRE_IF_MATCH: "true" },
    });
    const refused = await batch(owner, [create("2"), remove(own)], {}, strict);
    expect([refused.status, refused.body.errors[0].loc]).toStrictEqual([428, ["body", "operations", 1]]);
    const operations = [create("3"), update(own, { note: "changed" }, { if_match: '"1"' }), create("2")];
    const key = { "Idempotency-Key": uuidv7() };
    const first = await batch(owner, operations, key, strict);
    const again = await batch(owner, operations, key, strict);
    expect([first.status, again.text, again.headers.get("Idempotent-Replayed")]).toStrictEqual([
      ...[200, first.text, "true"],
    ]);
  });
});
