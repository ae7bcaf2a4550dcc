import { getTableColumns, is, sql } from "drizzle-orm";
import { foreignKey, getTableConfig, index, PgTable, pgTable, primaryKey, uuid } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { isSignedIn } from "../../src/context/policy.ts";
import { batchQueries } from "../../src/crud/batches.ts";
import { reachEvery, withRoomIn } from "../../src/crud/organization-rows.ts";
import { withRoom } from "../../src/crud/owned.ts";
import { dialect } from "../../src/db/drizzle.ts";
import {
  organizationPolicy,
  organizationRow,
  organizations,
  organizationTables,
  ownedRow,
  ownedTables,
} from "../../src/db/schema.ts";
import { codesOf } from "../../src/endpoint/contract.ts";
import { body, endpoint, json } from "../../src/endpoint/endpoint.ts";
import { endpoints } from "../../src/routes/index.ts";
import { batchOf, batchResultOf } from "../../src/schemas/batches.ts";
import { ETag, Id } from "../../src/schemas/common.ts";
import { changeTogether } from "../../src/services/batches.ts";
import { type Call, called } from "../calls.ts";
import { bodySchema, resolved, type Schema } from "../examples.ts";
import { aUser, db, serve } from "../harness.ts";
import { holding } from "../holding.ts";
import { anOrganization } from "../members.ts";
import { holdReferences } from "../references.ts";

const suffix = uuidv7().replaceAll("-", "_");
const named = (name: string) => `${name}_${suffix}`;
const customers = pgTable(named("customers"), ownedRow);
const products = pgTable(named("products"), ownedRow);
const orders = pgTable(named("orders"), { ...ownedRow, customer_id: uuid() });
const depots = pgTable(named("depots"), organizationRow, (table) => [organizationPolicy(named("depots"), table)]);
const parcels = pgTable(named("parcels"), { ...organizationRow, depot_id: uuid().notNull() }, (table) => [
  organizationPolicy(named("parcels"), table),
]);
for (const [table, columns] of [
  [customers, "owner_id uuid not null"],
  [products, "owner_id uuid not null"],
  [orders, `owner_id uuid not null, customer_id uuid references ${named("customers")}`],
  [depots, "organization_id uuid not null, created_by uuid"],
  [parcels, `organization_id uuid not null, created_by uuid, depot_id uuid references ${named("depots")}`],
] as const) {
  const { name, policies } = getTableConfig(table);
  await db.execute(
    sql.raw(`create table ${name} (id uuid primary key, created_at timestamptz(3) not null default now(), ${columns},
      updated_at timestamptz(3) not null default now(), deleted_at timestamptz(3), version int not null default 1)`),
  );
  for (const { using } of policies) {
    if (!using) continue;
    await db.execute(sql.raw(`alter table ${name} enable row level security, force row level security`));
    await db.execute(sql.raw(`create policy own on ${name} using (${dialect.sqlToQuery(using).sql})`));
  }
}

const OrderBatches = batchQueries(orders, getTableColumns(orders));
const Made = z.object({ id: Id }).openapi("Made");
const OrderWrite = z.strictObject({
  customer_id: Id.nullable().optional(),
  lines: z.array(z.strictObject({ product_id: Id })).optional(),
  friend_ids: z.array(Id).optional(),
});
const said = {
  method: "post",
  tags: ["operations"],
  summary: "Order",
  description: "Orders.",
  access: "user",
} as const;
const answers = { responses: { 201: json(Made, "The order") } };

const createOrder = endpoint(
  {
    ...{ ...said, ...answers, path: "/orders", operationId: "createOrder", idempotent: true },
    request: { body: body(OrderWrite) },
    refersTo: { customer_id: customers, "lines.*.product_id": products, "friend_ids.*": customers },
    errors: ["quota_exceeded"],
  },
  async (c) => {
    const { db, run, user } = c.var;
    const { customer_id = null } = c.req.valid("json");
    const row = { id: uuidv7(), owner_id: user.id, customer_id };
    const [made] = await run(
      db
        .insert(orders)
        .values(withRoom(orders, [row], 0))
        .returning(),
    );
    return c.json(Made.parse(made), 201);
  },
);

const createOrderAtLength = endpoint(
  {
    ...{ ...said, ...answers, path: "/long-orders", operationId: "createOrderAtLength", roundTrips: 7 },
    request: { body: body(OrderWrite) },
    refersTo: { customer_id: customers },
    transaction: true,
  },
  async (c) => {
    const { user, transaction } = c.var;
    const { customer_id = null } = c.req.valid("json");
    const made = await transaction(async ({ db, run }) => {
      await run(db.select({ id: orders.id }).from(orders).limit(1));
      return run(db.insert(orders).values({ id: uuidv7(), owner_id: user.id, customer_id }).returning());
    });
    return c.json(Made.parse(made[0]), 201);
  },
);

const createOrderOfAny = endpoint(
  {
    ...{ ...said, ...answers, path: "/any-orders", operationId: "createOrderOfAny", access: "admin" },
    request: { body: body(OrderWrite) },
    refersTo: { customer_id: customers },
  },
  async (c) => {
    await c.var.run();
    return c.json({ id: uuidv7() }, 201);
  },
);

const createParcel = endpoint(
  {
    ...{ ...said, ...answers, path: "/organizations/{organization_id}/parcels", operationId: "createParcel" },
    access: { member: "member" },
    request: { params: z.object({ organization_id: Id }), body: body(z.strictObject({ depot_id: Id })) },
    refersTo: { depot_id: depots },
  },
  async (c) => {
    const { db, run, member } = c.var;
    const row = { id: uuidv7(), ...c.req.valid("json") };
    const [made] = await run(
      db
        .insert(parcels)
        .values(withRoomIn(parcels, [row], member, 0))
        .returning(),
    );
    return c.json(Made.parse(made), 201);
  },
);

const OrderRow = z.object({ id: Id, customer_id: Id.nullable(), etag: ETag });
const OrderBatch = batchOf(OrderWrite.pick({ customer_id: true }), OrderWrite.pick({ customer_id: true }), {});
const OrderBatchResult = batchResultOf(OrderRow);

const batchOrders = endpoint(
  {
    ...{ ...said, path: "/orders/batch", operationId: "batchOrders", batch: true, idempotent: true },
    request: { body: body(OrderBatch) },
    refersTo: { "operations.*.item.customer_id": customers },
    responses: { 200: json(OrderBatchResult, "One result per operation, in order") },
  },
  async (c) => {
    const { results } = await changeTogether(c.var, OrderBatches, c.var.user, c.req.valid("json").operations);
    return c.json(OrderBatchResult.parse({ results }), 200);
  },
);

/** An endpoint that takes a body of this schema, and writes nothing. */
function naming<Schema extends z.ZodType>(schema: Schema, refersTo: Record<string, typeof customers>) {
  const given = { ...said, ...answers, path: "/named", operationId: "nameRows" } as const;
  const nameRows = endpoint({ ...given, request: { body: body(schema) }, refersTo }, async (c) => {
    await c.var.run();
    return c.json({ id: uuidv7() }, 201);
  });
  return serve({ endpoints: [nameRows], mayFail: true });
}

const app = serve({ endpoints: [createOrder, createOrderAtLength, createOrderOfAny, createParcel, batchOrders] });

const ask = ({ path, ...call }: Call) => app.post(path, call);

async function rowIn(table: typeof customers, owner_id: string): Promise<string> {
  const id = uuidv7();
  await db.insert(table).values({ id, owner_id });
  return id;
}

/** The call of an order with one row of each kind. */
async function anOrder(path: string, role?: "admin") {
  const { id, token } = await aUser(role && { role });
  const customer_id = await rowIn(customers, id);
  const own = { lines: [{ product_id: await rowIn(products, id) }], friend_ids: [await rowIn(customers, id)] };
  return { path, token, json: { customer_id, ...own } };
}

async function aBatch() {
  const { token, json } = await anOrder("/orders");
  const item = { customer_id: json.customer_id };
  return { path: "/orders/batch", token, json: { operations: [{ op: "create", item }] } };
}

async function aParcel() {
  const { id: organization_id, path, member } = await anOrganization();
  const depot_id = uuidv7();
  await db.batch([reachEvery(db), db.insert(depots).values({ id: depot_id, organization_id })]);
  return { path: `${path}/parcels`, token: member.token, json: { depot_id } };
}

const ours = [
  { endpoint: createOrder, make: () => anOrder("/orders"), ask },
  { endpoint: createOrderAtLength, make: () => anOrder("/long-orders"), ask },
  { endpoint: createOrderOfAny, make: () => anOrder("/any-orders", "admin"), ask },
  { endpoint: createParcel, make: aParcel, ask },
  { endpoint: batchOrders, make: aBatch, ask },
].map((one) => ({ operationId: one.endpoint.policy.operationId, ...one }));
const theirs = called.filter(({ endpoint }) => endpoint.contract.refersTo);

describe("promise 52: a field that refers to a row", () => {
  it.each([...theirs.map((one) => ({ ...one, ask: undefined })), ...ours])(
    "of $operationId takes one's own, and no other",
    ({ endpoint, make, ask }) => holdReferences(endpoint, make, ask),
  );

  it("is told by the document", () => {
    expect(createParcel.route).toMatchObject({ description: "Orders. `depot_id` refers to what you can reach." });
    expect(codesOf(createParcel.contract)).toContain("invalid_reference");
  });

  it("costs no further round trip, and nothing where it is left out", async () => {
    const { json, ...call } = await anOrder("/orders");
    for (const given of [json, { ...json, customer_id: null }, {}]) {
      const { status, roundTrips } = await ask({ ...call, json: given });
      expect([status, roundTrips]).toStrictEqual([201, 1]);
    }
  });

  it("is named by its place in the body, the first of several", async () => {
    const { json, ...call } = await anOrder("/orders");
    const friend_ids = [...json.friend_ids, uuidv7(), json.customer_id, uuidv7()];
    const { body } = await ask({ ...call, json: { ...json, friend_ids } });
    expect(body.errors).toMatchObject([{ loc: ["body", "friend_ids", 1] }]);
    const lines = [...json.lines, { product_id: json.customer_id }];
    const other = await ask({ ...call, json: { ...json, lines } });
    expect(other.body.errors).toMatchObject([{ loc: ["body", "lines", 1, "product_id"] }]);
  });

  it("names as many rows as a body holds", async () => {
    const { json, ...call } = await anOrder("/orders");
    const friend_ids = Array.from({ length: 20_000 }, () => json.customer_id);
    expect((await ask({ ...call, json: { ...json, friend_ids } })).status).toBe(201);
    const { body } = await ask({ ...call, json: { ...json, friend_ids: [...friend_ids, uuidv7()] } });
    expect(body.errors).toMatchObject([{ loc: ["body", "friend_ids", 20_000] }]);
  });

  it("takes one row twice, and ids in any case", async () => {
    const { json, ...call } = await anOrder("/orders");
    const friend_ids = [json.customer_id.toUpperCase(), json.customer_id];
    expect((await ask({ ...call, json: { ...json, friend_ids } })).status).toBe(201);
  });

  it.each([
    ["a body that is a list", z.array(OrderWrite), "*.customer_id", (id: string) => [{ customer_id: id }]],
    ["a list that is named as a whole", OrderWrite, "friend_ids", (id: string) => ({ friend_ids: [id] })],
    ["one in place of a list", z.object({ ids: z.union([z.array(Id), Id]) }), "ids.*", (ids: string) => ({ ids })],
  ])("is asked for in %s", async (_, schema, field, bodyOf) => {
    const [{ id, token }, other] = [await aUser(), await aUser()];
    const api = naming(schema, { [field]: customers });
    for (const [owner, status] of [
      [id, 201],
      [other.id, 422],
    ] as const) {
      const given = bodyOf(await rowIn(customers, owner));
      expect((await api.post("/named", { token, json: given })).status).toBe(status);
    }
  });

  it("is an id once it was validated: what a transform has moved or changed is refused", async () => {
    const moved = OrderWrite.transform(({ customer_id }) => ({ customer: customer_id }));
    expect(() => naming(moved, { customer_id: customers })).toThrow(
      "customer_id, which is no field of its validated body",
    );
    const { id, token } = await aUser();
    const changed = naming(z.object({ customer_id: Id.transform((id) => ({ id })) }), { customer_id: customers });
    const json = { customer_id: await rowIn(customers, id) };
    expect((await changed.post("/named", { token, json })).status).toBe(500);
  });

  it("is one of the caller's own in a table that names organizations as well", async () => {
    const { id, token } = await aUser();
    const desks = pgTable(named("customers"), { ...ownedRow, organization_id: uuid() });
    const api = naming(z.object({ desk_id: Id }), { desk_id: desks });
    const json = { desk_id: await rowIn(customers, id) };
    expect((await api.post("/named", { token, json })).status).toBe(201);
  });

  it("is looked at once under an Idempotency-Key: a repetition has its answer, though the row is gone", async () => {
    const call = { ...(await anOrder("/orders")), headers: { "Idempotency-Key": uuidv7() } };
    const first = await ask(call);
    await db.update(customers).set({ deleted_at: sql`now()` });
    const again = await ask(call);
    expect([again.status, again.text]).toStrictEqual([201, first.text]);
  });

  it("waits for a deletion of the row that is under way, and refuses it then", async () => {
    const { json, ...call } = await anOrder("/orders");
    const held = await holding(sql`update ${customers} set deleted_at = now() where id = ${json.customer_id}`);
    const asked = ask({ ...call, json });
    await held.meets(asked);
    await held.release();
    expect((await asked).body.code).toBe("invalid_reference");
  });

  it("is no way to learn of rows for a caller who is gone", async () => {
    const { json, ...call } = await anOrder("/orders");
    const { token } = await aUser({ deleted_at: new Date().toISOString() });
    for (const customer_id of [json.customer_id, uuidv7()]) {
      const { status } = await ask({ ...call, token, json: { ...json, customer_id } });
      expect(status).toBe(401);
    }
  });
});

const modules = Object.values(import.meta.glob<Record<string, unknown>>("../../src/db/schema.ts", { eager: true }));
const tables = modules
  .flatMap((module) => Object.values(module))
  .filter((value): value is PgTable => is(value, PgTable));
const resources: readonly PgTable[] = [...ownedTables, ...organizationTables].filter((one) => one !== organizations);

/** The columns of tables that refer to rows of these: what a purge makes of each, and if an index finds it. */
function referring(from: readonly PgTable[], to: readonly PgTable[]) {
  return from.flatMap((table) => {
    const { name, columns, foreignKeys, indexes, primaryKeys, uniqueConstraints } = getTableConfig(table);
    const unique = columns.filter((column) => column.primary || column.isUnique);
    const firsts = [
      ...[...indexes.map(({ config }) => config), ...primaryKeys, ...uniqueConstraints].map(
        ({ columns }) => columns[0],
      ),
      ...unique,
    ];
    return foreignKeys.flatMap((key) => {
      const { columns, foreignTable } = key.reference();
      if (!to.some((one) => one === foreignTable)) return [];
      return columns.map((column) => ({
        ...{ table: name, column: column.name, onDelete: key.onDelete ?? "no action" },
        isIndexed: firsts.some((first) => first && "name" in first && first.name === column.name),
      }));
    });
  });
}

/** The fields of a body with one of these names, as `refersTo` writes them. */
function fieldsNamed(names: ReadonlySet<string>, given: Schema | undefined, at = ""): string[] {
  const { properties = {}, items, anyOf = [], oneOf = [], allOf = [] } = resolved(given);
  return [
    ...[...anyOf, ...oneOf, ...allOf].flatMap((one) => fieldsNamed(names, one, at)),
    ...(items ? fieldsNamed(names, items, `${at}*.`) : []),
    ...Object.entries(properties).flatMap(([name, inner]) => [
      ...(names.has(name) ? [`${at}${name}`] : []),
      ...fieldsNamed(names, inner, `${at}${name}.`),
    ]),
  ];
}

describe("a column that refers to a row of a resource", () => {
  const all = referring(tables, resources);
  const letters = (onDelete: "cascade" | "no action" | "restrict", name: "customer_id" | "owner_id") =>
    pgTable("letters", { ...ownedRow, customer_id: uuid() }, (table) => [
      foreignKey({ columns: [table.customer_id], foreignColumns: [customers.id] }).onDelete(onDelete),
      index("letters_idx").on(table[name], table.id),
    ]);

  it("says what becomes of it when the row is purged, which would fail for all rows", () => {
    const isStuck = ({ onDelete }: { onDelete: string }) => ["no action", "restrict"].includes(onDelete);
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter(isStuck), 'add { onDelete: "set null" } or "cascade"').toStrictEqual([]);
    expect(referring([letters("no action", "customer_id")], [customers]).filter(isStuck)).toHaveLength(1);
    expect(referring([letters("restrict", "customer_id")], [customers]).filter(isStuck)).toHaveLength(1);
    expect(referring([letters("cascade", "customer_id")], [customers]).filter(isStuck)).toHaveLength(0);
  });

  it("is the first of an index, without which the purge of each row reads the whole table", () => {
    const isSought = ({ isIndexed }: { isIndexed: boolean }) => !isIndexed;
    expect(all.filter(isSought), "add an index on the column").toStrictEqual([]);
    expect(referring([letters("cascade", "owner_id")], [customers]).filter(isSought)).toHaveLength(1);
    expect(referring([letters("cascade", "customer_id")], [customers]).filter(isSought)).toHaveLength(0);
    const column = () => uuid().references(() => customers.id, { onDelete: "cascade" });
    const pairs = pgTable("pairs", { one_id: column(), other_id: column(), only_id: column().unique() }, (table) => [
      primaryKey({ columns: [table.one_id, table.other_id] }),
    ]);
    expect(referring([pairs], [customers]).filter(isSought)).toMatchObject([{ column: "other_id" }]);
  });

  it("is a field of a body where refersTo names its table, so that nobody refers to rows of others", () => {
    const names = new Set(referring(tables, resources).map(({ column }) => column));
    // A public one has no caller to reach rows: its field of this name is another system's.
    const callersOwn = endpoints.filter(({ policy }) => isSignedIn(policy.access));
    const forgotten = callersOwn.flatMap((one) =>
      fieldsNamed(names, bodySchema(one))
        .filter((field) => !Object.hasOwn(one.contract.refersTo ?? {}, field))
        .map((field) => `${one.policy.operationId}: refersTo lacks ${field}`),
    );
    expect(forgotten).toStrictEqual([]);
    const id = { type: "string", format: "uuid" };
    const lines: Schema = { type: "array", items: { oneOf: [{ properties: { product_id: id, count: {} } }] } };
    const schema: Schema = { properties: { customer_id: { anyOf: [id, { type: "null" }] }, title: {}, lines } };
    const found = fieldsNamed(new Set(["customer_id", "product_id"]), schema);
    expect(found).toStrictEqual(["customer_id", "lines.*.product_id"]);
  });
});
