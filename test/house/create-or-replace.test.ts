import { z } from "@hono/zod-openapi";
import { eq, sql } from "drizzle-orm";
import { integer, type PgTable, pgTable, text as textColumn } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { createOrReplaceIn } from "../../src/crud/organization-rows.ts";
import { createOrReplace, type NewRow } from "../../src/crud/owned.ts";
import { deletion } from "../../src/crud/rows.ts";
import { firstETag, type Versions } from "../../src/crud/versions.ts";
import type { Database } from "../../src/db/client.ts";
import { dialect } from "../../src/db/drizzle.ts";
import { organizationPolicy, organizationRow, ownedRow, sessions } from "../../src/db/schema.ts";
import { body, endpoint, json } from "../../src/endpoint/endpoint.ts";
import { notFound } from "../../src/errors.ts";
import { setETag } from "../../src/http/etag.ts";
import { ETag, Id, IdParams } from "../../src/schemas/common.ts";
import { text } from "../../src/schemas/text.ts";
import type { Caller, Membership } from "../../src/security/caller.ts";
import { type Call, called, withHeaders } from "../calls.ts";
import { type Answer, aUser, bindings, db, serve } from "../harness.ts";
import { anOrganization } from "../members.ts";

const suffix = uuidv7().replaceAll("-", "_");
const own = {
  ...{ name: textColumn().notNull(), note: textColumn(), places: integer().notNull().default(9) },
  // Written by PostgreSQL alone.
  ...{ number: integer().generatedAlwaysAsIdentity(), shown: textColumn().generatedAlwaysAs(sql`upper(name)`) },
};
const shelves = pgTable(`shelves_${suffix}`, { ...ownedRow, ...own });
const racks = pgTable(`racks_${suffix}`, { ...organizationRow, ...own }, (table) => [
  organizationPolicy(`racks_${suffix}`, table),
]);
for (const [name, owner] of [
  [`shelves_${suffix}`, "owner_id uuid not null"],
  [`racks_${suffix}`, "organization_id uuid not null, created_by uuid"],
] as const) {
  await db.execute(
    sql.raw(`create table ${name} (id uuid primary key, ${owner}, created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now(), deleted_at timestamptz(3), version int not null default 1,
      name text not null, note text unique, places int not null default 9, number int generated always as identity,
      shown text generated always as (upper(name)) stored)`),
  );
  await db.execute(sql.raw(`create trigger touch before update on ${name} for each row execute function touch_row()`));
}
const { using } = organizationPolicy("", racks);
if (!using) throw new Error("the policy has no condition");
await db.execute(sql.raw(`alter table racks_${suffix} enable row level security, force row level security`));
await db.execute(sql.raw(`create policy own on racks_${suffix} using (${dialect.sqlToQuery(using).sql})`));

const Shelf = z
  .object({ id: Id, name: z.string(), note: z.string().nullable(), places: z.int(), etag: ETag })
  .openapi("Shelf");
const ShelfWrite = z.strictObject({
  name: text({ min: 1, max: 60 }),
  note: text({ max: 60 }).nullable().optional(),
  places: z.int().min(1).max(99).optional(),
});

const Shelves = {
  put(db: Database, shelf: NewRow<typeof shelves>, caller: Caller, versions: Versions | undefined, most: number) {
    const { values, onConflict } = createOrReplace(shelves, shelf, caller, versions, most);
    return db.insert(shelves).values(values).onConflictDoUpdate(onConflict).returning();
  },
};
const Racks = {
  put(db: Database, rack: { id: string; name: string }, member: Membership, versions: Versions | undefined) {
    const { values, onConflict } = createOrReplaceIn(racks, rack, member, versions, 3);
    return db.insert(racks).values(values).onConflictDoUpdate(onConflict).returning();
  },
};

const said = { method: "put", tags: ["shelves"], versioned: true, idempotent: true } as const;
const answered = {
  responses: { 200: json(Shelf, "The replaced shelf"), 201: json(Shelf, "The new shelf") },
  errors: ["not_found", "quota_exceeded", "conflict"],
} as const;

const putShelf = endpoint(
  {
    ...said,
    path: "/shelves/{id}",
    operationId: "putShelf",
    summary: "Create or replace a shelf",
    description: "At an id that you choose, a UUID. `If-None-Match: *` only creates, and `If-Match` only replaces.",
    access: "user",
    request: { params: IdParams, body: body(ShelfWrite) },
    ...answered,
  },
  async (c) => {
    const { db, user, run, settings, versions } = c.var;
    const { id } = c.req.valid("param");
    const given = { ...c.req.valid("json"), id, owner_id: user.id };
    const [row] = await run(Shelves.put(db, given, user, versions, settings.ROWS_PER_OWNER));
    if (!row) notFound();
    const shelf = Shelf.parse(row);
    setETag(c, shelf.etag);
    return c.json(shelf, shelf.etag === firstETag ? 201 : 200);
  },
);

const putRack = endpoint(
  {
    ...said,
    path: "/organizations/{organization_id}/racks/{id}",
    operationId: "putRack",
    summary: "Create or replace a rack",
    description: "A rack of the organization.",
    access: { member: "member" },
    request: { params: z.object({ organization_id: Id, id: Id }), body: body(ShelfWrite) },
    ...answered,
  },
  async (c) => {
    const { db, member, run, versions } = c.var;
    const given = { ...c.req.valid("json"), id: c.req.valid("param").id };
    const [row] = await run(Racks.put(db, given, member, versions));
    if (!row) notFound();
    const rack = Shelf.parse(row);
    setETag(c, rack.etag);
    return c.json(rack, rack.etag === firstETag ? 201 : 200);
  },
);

const app = serve({ endpoints: [putShelf, putRack], bindings: { ...bindings, ROWS_PER_OWNER: "3" } });
const name = () => `shelf ${uuidv7()}`;
const ours = [
  { endpoint: putShelf, make: async () => ({ path: "/shelves/{id}", token: (await aUser()).token }) },
  {
    endpoint: putRack,
    make: async () => {
      const { path, member } = await anOrganization();
      return { path: `${path}/racks/{id}`, token: member.token };
    },
  },
].map(({ endpoint, make }) => ({
  operationId: endpoint.policy.operationId,
  // Stands for a call in test/routes/<resource>/calls.ts.
  make: async (): Promise<Call> => {
    const call = await make();
    return { ...call, path: call.path.replace("{id}", uuidv7()), json: { name: name() } };
  },
  app,
}));
const theirs = called.filter(({ endpoint }) => endpoint.route.method === "put" && 201 in endpoint.contract.responses);
const creating = [...theirs.map(({ operationId, make }) => ({ operationId, make, app: serve() })), ...ours];

const [created, replaced, changed, absent] = [201, 200, "precondition_failed", "not_found"];
/** The status of a success, or the code of a refusal. */
const outcomeOf = ({ status, body }: Answer) => body?.code ?? status;
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe("promise 18: a put that creates or replaces", () => {
  describe.each(creating)("$operationId", ({ make, app }) => {
    /** A call of a row that is not there yet. */
    const fresh = async () => {
      const call = await make();
      return { ...call, path: call.path.replace(/[^/]+$/, uuidv7()) };
    };
    const put = (call: Call, headers: Record<string, string> = {}) =>
      app.call("PUT", call.path, withHeaders(call, headers));

    it("creates no row for If-Match", async () => {
      const call = await fresh();
      for (const tag of ["*", '"1"', '"other"', 'W/"1"', '"1", "2"']) {
        const answer = await put(call, { "If-Match": tag });
        expect([outcomeOf(answer), answer.roundTrips], tag).toStrictEqual([changed, 1]);
      }
      expect((await put(call, { "If-Match": "1" })).status).toBe(400);
      const answer = await put(call, { "If-None-Match": "*" });
      expect([outcomeOf(answer), answer.headers.get("ETag"), answer.roundTrips]).toStrictEqual([created, '"1"', 1]);
    });

    it("replaces the version that is meant, and no other", async () => {
      const call = await fresh();
      expect(outcomeOf(await put(call))).toBe(created);
      for (const tag of ['"2"', '"0"', '"other"', '"2147483647"']) {
        expect(outcomeOf(await put(call, { "If-Match": tag })), tag).toBe(changed);
      }
      for (const tag of ["*", '"1"', 'W/"1"', '"7", "1"']) {
        expect(outcomeOf(await put(call, { "If-None-Match": tag })), tag).toBe(changed);
      }
      expect(outcomeOf(await put(call, { "If-Match": '"1"' }))).toBe(replaced);
      expect(outcomeOf(await put(call, { "If-Match": '"1"' }))).toBe(changed);
      expect(outcomeOf(await put(call, { "If-Match": "*" }))).toBe(replaced);
      expect(outcomeOf(await put(call, { "If-None-Match": '"1"' }))).toBe(replaced);
      const same = await put(call);
      expect([outcomeOf(same), same.headers.get("ETag"), same.roundTrips]).toStrictEqual([replaced, '"5"', 1]);
    });

    it("of fifty at once that must be the first, lets one be it", async () => {
      const call = await fresh();
      const answers = await Promise.all(times(50, call).map((one) => put(one, { "If-None-Match": "*" })));
      const outcomes = answers.map(outcomeOf);
      expect(outcomes.filter((outcome) => outcome === created)).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === changed)).toHaveLength(49);
      expect(outcomeOf(await put(call, { "If-Match": '"1"' }))).toBe(replaced);
    });

    it("of fifty at once without a condition, creates by one and replaces by the others", async () => {
      const call = await fresh();
      const answers = await Promise.all(times(50, call).map((one) => put(one)));
      expect(answers.map(outcomeOf).toSorted()).toStrictEqual([...times(49, replaced), created]);
      expect(new Set(answers.map(({ headers }) => headers.get("ETag"))).size).toBe(50);
    });

    it("of fifty writers at once with one version, lets one win", async () => {
      const call = await fresh();
      await put(call);
      const answers = await Promise.all(times(50, call).map((one) => put(one, { "If-Match": '"1"' })));
      expect(answers.filter(({ status }) => status === replaced)).toHaveLength(1);
      expect(answers.map(outcomeOf).filter((outcome) => outcome === changed)).toHaveLength(49);
    });

    it("answers a repetition under a key as the first time, and forgets a key whose condition was not met", async () => {
      const call = withHeaders(await fresh(), { "Idempotency-Key": uuidv7() });
      expect(outcomeOf(await put(call, { "If-Match": "*" }))).toBe(changed);
      const [first, again] = [await put(call), await put(call)];
      expect([outcomeOf(first), outcomeOf(again), again.headers.get("Idempotent-Replayed")]).toStrictEqual([
        ...[created, created, "true"],
      ]);
      expect([again.text, again.headers.get("ETag")]).toStrictEqual([first.text, '"1"']);
      const other = withHeaders(call, { "Idempotency-Key": uuidv7() });
      expect(outcomeOf(await put(other, { "If-None-Match": "*" }))).toBe(changed);
    });

    it("asks the guard before it tells anything about the row", async () => {
      const call = await fresh();
      expect(outcomeOf(await put(call))).toBe(created);
      const gone = await aUser();
      await db.update(sessions).set({ revoked_at: sql`now()` }).where(eq(sessions.id, gone.sessionId));
      for (const tag of ["*", '"9"']) {
        expect((await put({ ...call, token: gone.token }, { "If-Match": tag })).status).toBe(401);
        expect((await put({ ...call, token: gone.token }, { "If-None-Match": tag })).status).toBe(401);
      }
    });
  });

  it("creates by If-None-Match where a version is required", async () => {
    const strict = serve({ endpoints: [putShelf], bindings: { ...bindings, REQUIRE_IF_MATCH: "true" } });
    const ada = await aUser();
    const path = `/shelves/${uuidv7()}`;
    const put = (headers: Record<string, string>) => strict.as(ada).put(path, { name: name() }, { headers });
    expect([(await put({})).status, (await put({ "If-None-Match": '"1"' })).status]).toStrictEqual([428, 428]);
    expect((await put({ "If-None-Match": "*" })).status).toBe(created);
    expect((await put({ "If-Match": '"1"' })).status).toBe(replaced);
  });
});

describe("the row of a put", () => {
  const rowOf = async (table: PgTable, id: string) =>
    (await db.execute(sql`select * from ${table} where id = ${id}::uuid`)).rows[0];

  it("is made anew: what the body leaves out is as in a new one, and the rest of it stays", async () => {
    const [ada, id] = [await aUser(), uuidv7()];
    const put = (json: object) => app.as(ada).put(`/shelves/${id}`, json);
    const full = { name: name(), note: "by the window", places: 4 };
    expect((await put(full)).body).toMatchObject(full);
    const before = await rowOf(shelves, id);
    const bare = { name: name() };
    const { body } = await put(bare);
    expect(body).toStrictEqual({ id, ...bare, note: null, places: 9, etag: '"2"' });
    expect(await rowOf(shelves, id)).toMatchObject({
      ...{ created_at: before?.created_at, number: before?.number, owner_id: ada.id, shown: bare.name.toUpperCase() },
    });
  });

  it("of somebody else is neither changed nor told apart from one that was deleted", async () => {
    const [ada, eve, admin, id] = [await aUser(), await aUser(), await aUser({ role: "admin" }), uuidv7()];
    const put = (user: { token: string }, at = id, headers: Record<string, string> = {}) =>
      app.as(user).put(`/shelves/${at}`, { name: name() }, { headers: { "X-Request-Id": "same", ...headers } });
    expect((await put(ada)).status).toBe(created);
    const deleted = uuidv7();
    await put(eve, deleted);
    await db.update(shelves).set(deletion).where(eq(shelves.id, deleted));
    const before = [await rowOf(shelves, id), await rowOf(shelves, deleted)];
    for (const headers of [{}, { "If-None-Match": "*" }, { "If-None-Match": '"1"' }]) {
      const [foreign, gone] = [await put(eve, id, headers), await put(eve, deleted, headers)];
      expect([outcomeOf(foreign), foreign.text]).toStrictEqual([absent, gone.text]);
    }
    for (const tag of ["*", '"1"', '"2"']) {
      const headers = { "If-Match": tag };
      const [foreign, gone, none] = [
        await put(eve, id, headers),
        await put(eve, deleted, headers),
        await put(eve, uuidv7(), headers),
      ];
      expect([outcomeOf(foreign), foreign.text, foreign.text]).toStrictEqual([changed, gone.text, none.text]);
    }
    expect([await rowOf(shelves, id), await rowOf(shelves, deleted)]).toStrictEqual(before);
    // An admin may reach any row, and does not come to own it.
    expect((await put(admin, id, { "If-Match": '"1"' })).status).toBe(replaced);
    expect(await rowOf(shelves, id)).toMatchObject({ owner_id: ada.id, version: 2 });
  });

  it("of another organization is not changed, and has the answer of one that was deleted", async () => {
    const [one, other, id] = [await anOrganization(), await anOrganization(), uuidv7()];
    const put = ({ path, member }: typeof one, headers: Record<string, string> = {}) =>
      app.as(member).put(`${path}/racks/${id}`, { name: name() }, { headers });
    expect((await put(one)).status).toBe(created);
    const before = await rowOf(racks, id);
    for (const headers of [{}, { "If-None-Match": "*" }]) expect(outcomeOf(await put(other, headers))).toBe(absent);
    expect(outcomeOf(await put(other, { "If-Match": '"1"' }))).toBe(changed);
    expect(await rowOf(racks, id)).toStrictEqual(before);
    await db.update(racks).set(deletion).where(eq(racks.id, id));
    for (const organization of [one, other]) expect(outcomeOf(await put(organization))).toBe(absent);
    expect(outcomeOf(await put(one, { "If-Match": "*" }))).toBe(changed);
  });

  it("is replaced within the parent that the query names, and in no other", async () => {
    const [{ id: owner_id }, id] = [await aUser(), uuidv7()];
    const put = (note: string, parent: string, versions?: Versions) => {
      const row = { id, owner_id, name: parent, note };
      const { values, onConflict } = createOrReplace(
        ...([shelves, row, { id: owner_id }, versions, 0] as const),
        eq(shelves.name, parent),
      );
      return db.insert(shelves).values(values).onConflictDoUpdate(onConflict).returning();
    };
    expect(await put(name(), "one room")).toMatchObject([{ name: "one room", etag: firstETag }]);
    expect(await put(name(), "another room")).toStrictEqual([]);
    await expect(put(name(), "another room", { only: "any", not: [] })).rejects.toThrow();
    const note = name();
    expect(await put(note, "one room")).toMatchObject([{ note, etag: '"2"' }]);
    expect(await rowOf(shelves, id)).toMatchObject({ name: "one room", note, version: 2 });
  });

  it("has one owner where strangers race for its id", async () => {
    const [users, id] = [await Promise.all(times(10, undefined).map(() => aUser())), uuidv7()];
    const answers = await Promise.all(users.map((user) => app.as(user).put(`/shelves/${id}`, { name: name() })));
    const winner = users.find((_, i) => answers[i]?.status === created);
    expect(answers.map(outcomeOf).filter((outcome) => outcome === absent)).toHaveLength(9);
    expect(await rowOf(shelves, id)).toMatchObject({ owner_id: winner?.id, version: 1 });
  });

  it("is replaced even where there is no room for another, and still has to be unique", async () => {
    const { token, ...ada } = { ...(await aUser()) };
    const put = (id: string, as: string, headers: Record<string, string> = {}) =>
      app.as({ token }).put(`/shelves/${id}`, { name: "shelf", note: as }, { headers });
    const ids = times(3, "").map(() => uuidv7());
    for (const id of ids) expect((await put(id, name())).status).toBe(created);
    const [first = "", second = ""] = ids;
    const taken = String((await rowOf(shelves, second))?.note);
    expect((await put(first, name(), { "If-Match": '"1"' })).status).toBe(replaced);
    expect(outcomeOf(await put(uuidv7(), name()))).toBe("quota_exceeded");
    expect(outcomeOf(await put(uuidv7(), name(), { "If-Match": "*" }))).toBe(changed);
    expect(outcomeOf(await put(first, taken))).toBe("conflict");
    expect(await rowOf(shelves, first)).toMatchObject({ version: 2, owner_id: ada.id });
  });
});
