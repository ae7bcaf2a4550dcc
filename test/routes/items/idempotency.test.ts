import { and, eq, inArray, sql } from "drizzle-orm";
import { json as jsonColumn, numeric, pgTable } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, inject, it } from "vitest";
import { z } from "zod";
import type { Statement } from "../../../src/context/types.ts";
import { AuditEvents } from "../../../src/crud/audit-events.ts";
import { IdempotencyKeys } from "../../../src/crud/idempotency-keys.ts";
import { Items } from "../../../src/crud/items.ts";
import { connect } from "../../../src/db/client.ts";
import { auditEvents, idempotencyKeys, items, mails, users } from "../../../src/db/schema.ts";
import { type Endpoint, endpoint, json as json200 } from "../../../src/endpoint/endpoint.ts";
import { usernameChanged } from "../../../src/mail/notices.ts";
import { endpoints } from "../../../src/routes/index.ts";
import { auditEvent } from "../../../src/services/audit.ts";
import { mailTo } from "../../../src/services/mail.ts";
import { purgeIdempotencyKeys } from "../../../src/tasks/purge-idempotency-keys.ts";
import { answersIn } from "../../examples.ts";
import { type Answer, api, aUser, bindings, db, perform, serve, serveWithMailbox, unique } from "../../harness.ts";

const json = { title: "  Ünïcode \"'\\ 🔑\u2028", description: null, is_public: true };
const post = (token: string, key: string, body: unknown = json, app = api) =>
  app.post("/items", { token, json: body, headers: { "Idempotency-Key": key } });
const itemsOf = (id: string) => db.$count(items, eq(items.owner_id, id));
const keysOf = (id: string) => db.$count(idempotencyKeys, eq(idempotencyKeys.user_id, id));
const age = (id: string, hours: number) =>
  db
    .update(idempotencyKeys)
    .set({ created_at: sql`now() - make_interval(secs => ${hours * 3600})` })
    .where(eq(idempotencyKeys.user_id, id));

function expectReplay(replay: Answer, original: Answer): void {
  expect(replay.status).toBe(original.status);
  expect(replay.text).toBe(original.text);
  for (const name of ["Location", "ETag", "Content-Type", "Cache-Control"]) {
    expect(replay.headers.get(name), name).toBe(original.headers.get(name));
  }
  expect(replay.headers.get("Idempotent-Replayed")).toBe("true");
  expect(replay.roundTrips).toBe(1);
}

describe("promise 18: the same Idempotency-Key with the same request", () => {
  it("has one effect and one answer, to the byte", async () => {
    const ada = await aUser();
    const original = await post(ada.token, "a-key!~");
    expect(original.status).toBe(201);
    expect(original.headers.get("Idempotent-Replayed")).toBeNull();
    expect(original.headers.get("Location")).toBe(`/api/v1/items/${original.body.id}`);
    expect(original.headers.get("ETag")).toBe('"1"');
    expect(original.body).toMatchObject({ ...json, owner_id: ada.id });
    expect(original.roundTrips).toBe(1);
    expectReplay(await post(ada.token, "a-key!~"), original);
    expect((await ada.get(`/items/${original.body.id}`)).text).toBe(original.text);
    expect(await itemsOf(ada.id)).toBe(1);
  });

  it("gets the first answer also when the item has changed or is gone since", async () => {
    const ada = await aUser();
    const original = await post(ada.token, "k");
    const path = `/items/${original.body.id}`;
    await ada.patch(path, { title: "Changed" });
    expectReplay(await post(ada.token, "k"), original);
    await ada.delete(path);
    expectReplay(await post(ada.token, "k"), original);
  });

  it("gets the answer that was lost after the commit", async () => {
    const ada = await aUser();
    const cut = serve({ mayFail: true, bindings: { ...bindings, NEON_FETCH_ENDPOINT: inject("cutEndpoint") } });
    expect((await post(ada.token, "lost", json, cut)).status).toBe(503);
    expect(await itemsOf(ada.id)).toBe(1);
    const replay = await post(ada.token, "lost");
    expect(replay.status).toBe(201);
    expect(replay.headers.get("Idempotent-Replayed")).toBe("true");
    expect(replay.headers.get("Location")).toBe(`/api/v1/items/${replay.body.id}`);
    expect((await ada.get(`/items/${replay.body.id}`)).text).toBe(replay.text);
    expect(await itemsOf(ada.id)).toBe(1);
  });

  it("makes one item when it is sent fifty times at once", async () => {
    const ada = await aUser();
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(ada.token, "race")));
    expect(await itemsOf(ada.id)).toBe(1);
    const originals = answers.filter((a) => a.status === 201 && !a.headers.has("Idempotent-Replayed"));
    expect(originals).toHaveLength(1);
    const [original] = originals;
    for (const answer of answers.filter((a) => a !== original)) {
      if (original && answer.status === 201) expectReplay(answer, original);
      else {
        expect(answer.status).toBe(409);
        expect(answer.body.code).toBe("idempotency_key_in_use");
        expect(answer.headers.get("Retry-After")).toBe("1");
      }
    }
    if (original) expectReplay(await post(ada.token, "race"), original);
  });

  it("gets its answer also where the table has got another column since", async () => {
    const ada = await aUser();
    for (const column of ["is_public", "deleted_at", "version"]) {
      const original = await post(ada.token, column, { title: "t" });
      // Imitates a record from before the migration.
      await db.execute(sql`update idempotency_keys
        set results = array[json_build_array((results[1] -> 0)::jsonb - ${column}::text)]
        where user_id = ${ada.id}::uuid and key = ${column}`);
      expectReplay(await post(ada.token, column, { title: "t" }), original);
    }
  });

  it("has its answer in no field of an error that Postgres logs", async () => {
    const ada = await aUser();
    await post(ada.token, "k");
    const { fingerprint = "" } =
      (await db.select().from(idempotencyKeys).where(eq(idempotencyKeys.user_id, ada.id)))[0] ?? {};
    const error = await db
      .batch([IdempotencyKeys.claim(db, { userId: ada.id, key: "k", fingerprint, kibPerDay: 1_024 })])
      .catch((e) => e);
    expect(error.code).toBe("PT208");
    const { message, detail, hint, where, internalQuery, column } = error;
    expect(JSON.parse(column)[0][0].title).toBe(json.title);
    expect(JSON.stringify({ message, detail, hint, where, internalQuery })).not.toContain("title");
  });

  it("is recorded under its own key alone", async () => {
    const ada = await aUser();
    const first = await post(ada.token, "first");
    await post(ada.token, "second", { title: "Second" });
    expectReplay(await post(ada.token, "first"), first);
  });

  it("is 500 where it was recorded by a version with other statements", async () => {
    const ada = await aUser();
    await post(ada.token, "k");
    await db
      .update(idempotencyKeys)
      .set({ results: sql`array_append(results, '[]'::json)` })
      .where(eq(idempotencyKeys.user_id, ada.id));
    const app = serve({ mayFail: true });
    expect((await post(ada.token, "k", json, app)).status).toBe(500);
    expect(JSON.stringify(app.logs)).toContain("The key was recorded by another version");
  });

  it("is 409 while the first is running, and has its effect when that was rolled back", async () => {
    const ada = await aUser();
    const running = db.batch([
      db.execute(sql`select claim_key(${ada.id}::uuid, 'slow', 'x')`),
      db.execute(
        sql.raw(`do $$ begin
        while not exists (select from users where id = '${ada.id}' and full_name = 'Go on') loop
          perform pg_sleep(0.01);
        end loop;
      end $$`),
      ),
      db.execute(sql`select 1 / 0`),
    ]);
    const isHeld = () =>
      db.execute(sql`select from pg_locks where locktype = 'advisory'
        and (classid::bigint << 32) | objid::bigint = hashtextextended(${`${ada.id} slow`}, 0)`);
    while ((await isHeld()).rows.length === 0);
    const answer = await post(ada.token, "slow");
    expect(answer.status).toBe(409);
    expect(answer.body.code).toBe("idempotency_key_in_use");
    expect(answer.headers.get("Retry-After")).toBe("1");
    await db.update(users).set({ full_name: "Go on" }).where(eq(users.id, ada.id));
    await expect(running).rejects.toThrow();
    expect((await post(ada.token, "slow")).status).toBe(201);
  });
});

describe("promise 18: an Idempotency-Key", () => {
  it("is refused with another request", async () => {
    const ada = await aUser();
    await post(ada.token, "k");
    for (const other of [{ ...json, title: "Another" }, { title: "t" }]) {
      const answer = await post(ada.token, "k", other);
      expect(answer.status).toBe(422);
      expect(answer.body.code).toBe("idempotency_key_reused");
      expect(answer.roundTrips).toBe(1);
    }
    expect(await itemsOf(ada.id)).toBe(1);
  });

  it("is its user's own", async () => {
    const [one, other] = [await aUser(), await aUser()];
    const original = await post(one.token, "shared");
    const answer = await post(other.token, "shared");
    expect(answer.status).toBe(201);
    expect(answer.headers.has("Idempotent-Replayed")).toBe(false);
    expect(answer.body.owner_id).toBe(other.id);
    expect(answer.body.id).not.toBe(original.body.id);
    expectReplay(await post(one.token, "shared"), original);
    expectReplay(await post(other.token, "shared"), answer);
    const kept = await db
      .select()
      .from(idempotencyKeys)
      .where(inArray(idempotencyKeys.user_id, [one.id, other.id]));
    expect(kept.map(({ results }) => results.length)).toStrictEqual([1, 1]);
  });

  it("does not outlast its user's right to call", async () => {
    const ada = await aUser();
    await post(ada.token, "k");
    await db.update(users).set({ is_active: false }).where(eq(users.id, ada.id));
    const answer = await post(ada.token, "k");
    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe("invalid_token");
    expect(answer.text).not.toContain(json.title);
    expect((await post("garbage", "k")).status).toBe(401);
  });

  it("keeps nothing of a request that was refused or rolled back", async () => {
    const ada = await aUser();
    expect((await post(ada.token, "k", { title: "" })).status).toBe(422);
    expect((await ada.post("/items", undefined, { body: "{", headers: { "Idempotency-Key": "k" } })).status).toBe(415);
    const failing = serve({
      mayFail: true,
      deps: {
        connect: (settings, trips) => {
          const real = connect(settings, trips);
          const batch: typeof real.batch = (statements) =>
            real.batch([...statements, real.execute(sql`select 1 / 0`)] as unknown as typeof statements);
          return Object.assign(Object.create(real), { batch });
        },
      },
    });
    expect((await post(ada.token, "k", json, failing)).status).toBe(500);
    expect([await keysOf(ada.id), await itemsOf(ada.id)]).toStrictEqual([0, 0]);
    const answer = await post(ada.token, "k");
    expect(answer.status).toBe(201);
    expect(answer.headers.has("Idempotent-Replayed")).toBe(false);
  });

  it("has 1 to 255 visible ASCII characters", async () => {
    const ada = await aUser();
    for (const key of ["", "a".repeat(256), "two words", "é", "a, b"]) {
      const answer = await post(ada.token, key);
      expect(answer.status, key).toBe(422);
      expect(answer.body.errors[0].loc).toStrictEqual(["header", "Idempotency-Key"]);
      expect(answer.roundTrips).toBe(0);
    }
    for (const key of ["!", "~".repeat(255), "';drop/**/table/**/items;--", "__proto__", "%00"]) {
      const original = await post(ada.token, key);
      expect(original.status, key).toBe(201);
      expectReplay(await post(ada.token, key), original);
    }
    expect(await itemsOf(ada.id)).toBe(5);
  });

  it("may be left out: every request has its effect then", async () => {
    const ada = await aUser();
    for (const _ of [1, 2]) expect((await ada.post("/items", json)).status).toBe(201);
    expect([await keysOf(ada.id), await itemsOf(ada.id)]).toStrictEqual([0, 2]);
  });

  it("is new again after 24 hours, and purged by a job", async () => {
    const ada = await aUser();
    const original = await post(ada.token, "k");
    await age(ada.id, 23.9);
    expectReplay(await post(ada.token, "k"), original);
    await age(ada.id, 24);
    const again = await post(ada.token, "k", { title: "Another" });
    expect(again.status).toBe(201);
    expect(again.headers.has("Idempotent-Replayed")).toBe(false);
    // All of the old is forgotten: its answer, its request and its age.
    expectReplay(await post(ada.token, "k", { title: "Another" }), again);
    expect((await post(ada.token, "k")).body.code).toBe("idempotency_key_reused");

    await post(ada.token, "young");
    await db
      .update(idempotencyKeys)
      .set({ created_at: sql`now() - interval '24 hours'` })
      .where(and(eq(idempotencyKeys.user_id, ada.id), eq(idempotencyKeys.key, "k")));
    await perform(purgeIdempotencyKeys);
    const left = await db.select().from(idempotencyKeys).where(eq(idempotencyKeys.user_id, ada.id));
    expect(left.map(({ key }) => key)).toStrictEqual(["young"]);
  });

  it("is kept, like the answer, out of every log", async () => {
    const ada = await aUser();
    const app = serve();
    const [key, title] = [unique("secret-key"), unique("secret-title")];
    for (const body of [{ title }, { title }, { title: `${title}!` }]) await post(ada.token, key, body, app);
    expect(app.logs.length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(app.logs)).not.toMatch(/secret-(key|title)/);
  });
});

describe("an endpoint that is idempotent", () => {
  const own = (operationId: string, runs: number) =>
    endpoint(
      {
        method: "post",
        path: `/${operationId}`,
        operationId,
        tags: ["items"],
        summary: "Several statements",
        description: "Several statements.",
        access: "user",
        idempotent: true,
        responses: { 200: json200(z.unknown(), "What they answered") },
      },
      async (c) => {
        const { user, run } = c.var;
        const insert = () => Items.insert(c.var.db, { id: uuidv7(), owner_id: user.id, title: "t" }, 0);
        const raw = db.execute(
          sql`select 2 as b, 'x' as a, now() as at, null as nothing, '{"z": 1, "y": [true]}'::json as tree`,
        );
        const count = db.$count(items, eq(items.owner_id, user.id)).getSQL();
        const none = db.select({ id: items.id }).from(items).where(sql`false`);
        const answers = await run(insert(), raw, insert(), none, db.select({ count }).from(items).limit(1));
        for (let i = 1; i < runs; i++) await run(insert());
        return c.json([answers[0], answers[1].rows, ...answers.slice(2)], 200);
      },
    );

  it("may run statements of all kinds, and gets from each what it answered", async () => {
    const ada = await aUser();
    const app = serve({ endpoints: [own("several", 1)] });
    const call = () => app.as(ada).post("/several", undefined, { headers: { "Idempotency-Key": "k" } });
    const original = await call();
    expect(original.body).toMatchObject([
      [{ owner_id: ada.id, title: "t", etag: '"1"' }],
      [{ b: 2, a: "x", nothing: null, tree: { z: 1, y: [true] } }],
      [{ owner_id: ada.id }],
      [],
      [{ count: 2 }],
    ]);
    expect(original.body[0][0].created_at).toMatch(/Z$/);
    expectReplay(await call(), original);
    expect(await itemsOf(ada.id)).toBe(2);
  });

  it("records an event and writes a mail once, and its log names them once", async () => {
    const ada = await aUser({ email_verified_at: new Date().toISOString() });
    const told = endpoint(
      {
        ...({ method: "post", path: "/told", operationId: "told", tags: ["items"], access: "user" } as const),
        summary: "Tell",
        description: "Tells.",
        idempotent: true,
        responses: { 204: { description: "Told" } },
      },
      async (c) => {
        const { db, user, run } = c.var;
        const to = { userId: user.id, address: ada.email };
        await run(
          mailTo(c.var, usernameChanged, to, { name: ada.username, by: "owner" }),
          AuditEvents.insert(db, auditEvent(c.var, "account.exported", user.id, {})),
        );
        return c.body(null, 204);
      },
    );
    const app = serveWithMailbox({ endpoints: [told] });
    const call = () => app.as(ada).post("/told", undefined, { headers: { "Idempotency-Key": "k" } });
    expect((await call()).status).toBe(204);
    expectReplay(await call(), await call());
    const [first, ...replays] = app.logs.filter(({ message }) => message === "request");
    const [mail] = await db.select({ id: mails.id }).from(mails).where(eq(mails.user_id, ada.id));
    expect(first).toMatchObject({ events: [{ kind: "account.exported", user_id: ada.id }], task_ids: [mail?.id] });
    expect(replays.map(({ events, task_ids }) => [events, task_ids])).toStrictEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
    await app.tasks();
    expect(app.sent.map(({ to }) => to)).toStrictEqual([ada.email]);
    expect(await db.$count(auditEvents, eq(auditEvents.user_id, ada.id))).toBe(1);
  });

  it("has its keys to itself: the same request of another endpoint is another", async () => {
    const ada = await aUser();
    const app = serve({ endpoints: [own("one", 1), own("other", 1)] });
    const headers = { "Idempotency-Key": "k" };
    expect((await app.as(ada).post("/one", undefined, { headers })).status).toBe(200);
    expect((await app.as(ada).post("/other", undefined, { headers })).body.code).toBe("idempotency_key_reused");
  });

  it("takes another method for another request", async () => {
    const ada = await aUser();
    const at = (method: "post" | "put") =>
      endpoint(
        {
          ...({ method, path: "/methods", operationId: `${method}Methods`, tags: ["items"], access: "user" } as const),
          summary: "Answer one",
          description: "Answers one.",
          idempotent: true,
          responses: { 200: json200(z.unknown(), "One") },
        },
        async (c) => c.json((await c.var.run(c.var.db.execute(sql`select 1 as one`))).rows, 200),
      );
    const app = serve({ endpoints: [at("post"), at("put")] });
    const init = { token: ada.token, headers: { "Idempotency-Key": "k" } };
    expect((await app.post("/methods", init)).status).toBe(200);
    expect((await app.put("/methods", init)).body.code).toBe("idempotency_key_reused");
  });

  it("takes another query for another request", async () => {
    const ada = await aUser();
    const counted = endpoint(
      {
        ...({ method: "post", path: "/counted", operationId: "counted", tags: ["items"] } as const),
        summary: "Count",
        description: "Counts.",
        access: "user",
        idempotent: true,
        request: { query: z.strictObject({ n: z.string().optional() }) },
        responses: { 200: json200(z.array(z.object({ count: z.int() })), "The count") },
      },
      async (c) => {
        const { rows } = await c.var.run(c.var.db.execute<{ count: number }>(sql`select 1 as count`));
        return c.json(rows, 200);
      },
    );
    const app = serve({ endpoints: [counted] });
    const call = (path: string) => app.as(ada).post(path, undefined, { headers: { "Idempotency-Key": "k" } });
    const original = await call("/counted?n=1");
    expect(original.status).toBe(200);
    expectReplay(await call("/counted?n=1"), original);
    for (const path of ["/counted?n=2", "/counted"])
      expect((await call(path)).body.code, path).toBe("idempotency_key_reused");
  });

  it.each([{}, { "Idempotency-Key": "k" }])(
    "may call c.var.run once: what came second would not be one with the first (%j)",
    async (headers) => {
      const ada = await aUser();
      const app = serve({ mayFail: true, endpoints: [own("twice", 2)] });
      expect((await app.as(ada).post("/twice", undefined, { headers })).status).toBe(500);
      expect(JSON.stringify(app.logs)).toContain("called c.var.run more than once");
    },
  );

  const running = (operationId: string, statements: (ownerId: string) => Statement[]) =>
    endpoint(
      {
        ...({ method: "post", path: `/${operationId}`, operationId, tags: ["items"] } as const),
        summary: "Run them",
        description: "Runs them.",
        access: "user",
        idempotent: true,
        responses: { 200: json200(z.unknown(), "What they answered") },
      },
      async (c) => c.json(await c.var.run<Statement[]>(...statements(c.var.user.id)), 200),
    );
  const both = [["without a key", {}] as const, ["with a key", { "Idempotency-Key": "k" }] as const];
  const item = (owner_id: string) => ({ id: uuidv7(), owner_id, title: "t" });
  const one = sql`select 1 as one`;

  describe.each(both)("%s", (_how, headers) => {
    it.each([
      [
        "an insert without returning",
        (id: string) => db.insert(items).values(item(id)),
        'answers no rows: end it in "returning"',
      ],
      [
        "an update without returning",
        (id: string) => db.update(items).set({ title: "u" }).where(eq(items.owner_id, id)),
        "answers no rows",
      ],
      ["a delete without returning", (id: string) => db.delete(items).where(eq(items.owner_id, id)), "answers no rows"],
      [
        "SQL by hand without returning",
        (id: string) => db.execute(sql`delete from ${items} where owner_id = ${id}::uuid`),
        "answers no rows",
      ],
      [
        "a with that writes",
        (id: string) =>
          db.execute(
            sql`with gone as (delete from ${items} where owner_id = ${id}::uuid returning id) select id from gone`,
          ),
        'changes rows in a "with": make that a statement of its own',
      ],
      [
        "a with of the builder that writes",
        (id: string) => {
          const gone = db.$with("gone").as(db.delete(items).where(eq(items.owner_id, id)).returning({ id: items.id }));
          return db.with(gone).select().from(gone);
        },
        "changes rows in a",
      ],
    ])("refuses %s, and names the statement in the log", async (_what, statement, reason) => {
      const ada = await aUser();
      await db.insert(items).values(item(ada.id));
      const app = serve({
        mayFail: true,
        endpoints: [running("careless", (owner) => [db.execute(one), statement(owner)])],
      });
      expect((await app.as(ada).post("/careless", undefined, { headers })).status).toBe(500);
      expect(JSON.stringify(app.logs.map((entry) => entry.cause))).toContain(
        `careless is idempotent, and its statement 2 ${reason}`.replaceAll('"', '\\"'),
      );
      expect(await itemsOf(ada.id)).toBe(1);
    });

    it("gets the same of SQL by hand, alone and beside others", async () => {
      const ada = await aUser();
      const raw = () => db.execute(sql`select 1::int8 as a, 1.10 as b, '2026-01-01'::date as c, array[1, 2] as d`);
      const rows = [{ a: 1, b: "1.10", c: "2026-01-01", d: [1, 2] }];
      const alone = serve({ mayFail: true, endpoints: [running("alone", () => [raw()])] });
      expect((await alone.as(ada).post("/alone", undefined, { headers })).body).toMatchObject({ rows, rowCount: 1 });
      const more = serve({ mayFail: true, endpoints: [running("more", () => [raw(), db.execute(one)])] });
      const keyed = "Idempotency-Key" in headers ? { "Idempotency-Key": "other" } : {};
      expect((await more.as(ada).post("/more", undefined, { headers: keyed })).body).toMatchObject([
        { rows },
        { rows: [{ one: 1 }] },
      ]);
    });

    it("gets columns of one name from two tables, and expressions without a name", async () => {
      const ada = await aUser();
      const own = item(ada.id);
      await db.insert(items).values(own);
      const fields = { user: users.id, item: items.id, two: sql`1 + 1`, three: sql`1 + 2`, title: items.title };
      const read = () =>
        db.select(fields).from(items).innerJoin(users, eq(users.id, items.owner_id)).where(eq(items.id, own.id));
      const app = serve({ endpoints: [running("joined", () => [read()])] });
      for (const _time of ["first", "again"]) {
        expect((await app.as(ada).post("/joined", undefined, { headers })).body).toStrictEqual([
          { user: ada.id, item: own.id, two: 2, three: 3, title: "t" },
        ]);
      }
    });

    it("keeps each digit of numbers, which JavaScript would round", async () => {
      const { amount, tree } = pgTable("ledger", { amount: numeric(), tree: jsonColumn() });
      const ada = await aUser();
      const fields = {
        amount: sql`1.10`.mapWith(amount),
        big: sql`9007199254740993`.mapWith(String),
        tree: sql`'{"n": 1.10, "list": [1.0]}'::json`.mapWith(tree),
      };
      const read = () => db.select(fields).from(users).limit(1);
      const app = serve({ endpoints: [running("ledger", () => [read()])] });
      const expected = [{ amount: "1.10", big: "9007199254740993", tree: { n: 1.1, list: [1] } }];
      for (const _time of ["first", "again"]) {
        expect((await app.as(ada).post("/ledger", undefined, { headers })).body).toStrictEqual(expected);
      }
    });
  });

  it("says so in the document", async () => {
    const { body } = await api.get("/openapi.json");
    const list: readonly Endpoint[] = endpoints;
    const declared = list.filter(({ route }) =>
      route.parameters?.some((parameter) => "name" in parameter && parameter.name === "Idempotency-Key"),
    );
    expect(declared.map(({ policy }) => policy.operationId)).toContain("createItem");
    for (const { route } of declared) {
      const operation = body.paths[route.path][route.method];
      const [{ parameters }, answers] = [operation, answersIn(body, operation)];
      expect(parameters).toContainEqual(
        expect.objectContaining({ name: "Idempotency-Key", in: "header", required: false }),
      );
      expect(answers["409"]?.description).toContain("idempotency_key_in_use");
      expect(answers["409"]?.headers).toHaveProperty("Retry-After");
      expect(answers["422"]?.description).toContain("idempotency_key_reused");
    }
  });
});
