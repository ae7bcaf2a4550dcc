import { eq, inArray, or, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { AuditEvents } from "../../src/crud/audit-events.ts";
import { Sessions } from "../../src/crud/sessions.ts";
import type { Database } from "../../src/db/client.ts";
import { prepared } from "../../src/db/drizzle.ts";
import { users } from "../../src/db/schema.ts";
import { endpoint, json } from "../../src/endpoint/endpoint.ts";
import { Health } from "../../src/schemas/health.ts";
import { auditEvent } from "../../src/services/audit.ts";
import { aUser, db, serve } from "../harness.ts";

describe("the guard", async () => {
  const user = await aUser();
  it("comes before the first row is written, whatever the statement is", async () => {
    const table = `guarded_${crypto.randomUUID().replaceAll("-", "_")}`;
    await db.execute(sql.raw(`create table ${table} (name text primary key, n int not null default 0)`));
    const writing = (operationId: string, text: string) =>
      endpoint(
        {
          ...({ method: "post", path: `/${operationId}`, operationId, tags: ["users"], access: "user" } as const),
          summary: "Write a row",
          description: "Writes a row.",
          responses: { 200: json(z.array(z.looseObject({})), "The rows") },
        },
        async (c) => c.json((await c.var.run(c.var.db.execute(sql.raw(text)))).rows, 200),
      );
    const app = serve({
      endpoints: [
        writing("insert", `insert into ${table} (name) values ('a') returning name`),
        writing("silent", `insert into ${table} (name) values ('b')`),
        writing("update", `update ${table} set n = n + 1 returning n`),
        writing(
          "inside",
          `with made as (insert into ${table} (name) values ('c') returning name) select name from made`,
        ),
        writing("select", `select name, n from ${table} order by name desc`),
        writing("twice", `select name, name from ${table} order by name limit 1 for update`),
        writing("delete", `delete from ${table} returning name`),
      ],
    });
    const count = async () => (await db.execute(sql.raw(`select from ${table}`))).rows.length;
    const gone = await aUser({ is_active: false });
    for (const path of ["/insert", "/silent", "/update", "/inside", "/select", "/twice", "/delete"]) {
      expect((await app.as(gone).post(path)).status, path).toBe(401);
      expect(await count(), path).toBe(0);
    }
    const answers = [];
    for (const path of ["/insert", "/silent", "/update", "/inside", "/select", "/twice", "/delete"]) {
      answers.push((await app.as(user).post(path)).body);
    }
    expect(answers.slice(0, 6)).toStrictEqual([
      [{ name: "a" }],
      [],
      [{ n: 1 }, { n: 1 }],
      [{ name: "c" }],
      [
        { name: "c", n: 0 },
        { name: "b", n: 1 },
        { name: "a", n: 1 },
      ],
      [{ name: "a" }],
    ]);
    expect(await count()).toBe(0);
  });

  it("is asked alone by a run without statements, and missed by name where nothing asks it", async () => {
    const saying = (operationId: string, asks: boolean) =>
      endpoint(
        {
          ...({ method: "get", path: `/${operationId}`, operationId, tags: ["users"], access: "user" } as const),
          summary: "Ask",
          description: "Asks.",
          responses: { 200: json(Health, "Asked") },
        },
        async (c) => {
          if (asks) await c.var.run();
          return c.json({ status: "ok" } as const, 200);
        },
      );
    const app = serve({ endpoints: [saying("asking", true), saying("silent", false)], mayFail: true });
    const gone = await aUser({ is_active: false });
    expect((await app.as(gone).get("/asking")).status).toBe(401);
    expect(await app.as(user).get("/asking")).toMatchObject({ status: 200, roundTrips: 1 });
    expect((await app.as(user).get("/silent")).status).toBe(500);
    expect(JSON.stringify(app.logs.at(-1))).toContain("silent asked no guard. Where it needs no statement, let it");
  });

  it("comes before the first row of a select, however it ends, and if there is none", async () => {
    const anybody = sql`true or ${users.id} is null`;
    const selects = [
      prepared((db, _values: { id: string }) => db.select({ id: users.id }).from(users)),
      prepared((db, { id }: { id: string }) => db.select({ id: users.id }).from(users).where(eq(users.id, id))),
      prepared((db, { id }: { id: string }) =>
        db
          .select({ id: users.id })
          .from(users)
          .where(or(eq(users.id, id), anybody)),
      ),
      prepared((db, _values: { id: string }) => db.select({ id: users.id }).from(users).where(anybody)),
      prepared((db, _values: { id: string }) =>
        db.select({ id: users.id }).from(users).where(anybody).orderBy(users.id).limit(2),
      ),
      prepared((db, _values: { id: string }) =>
        db.select({ id: users.id }).from(users).where(anybody).groupBy(users.id),
      ),
      prepared((db, { id }: { id: string }) =>
        db.select({ id: users.id }).from(users).where(eq(users.id, id)).for("update"),
      ),
      prepared((db, { id }: { id: string }) =>
        db.select({ id: users.id }).from(users).where(sql`${users.id} <> ${id} and false`),
      ),
      (db: Database, _values: { id: string }) => db.select({ id: users.id }).from(users).where(inArray(users.id, [])),
    ];
    const gone = await aUser({ is_active: false });
    for (const [i, select] of selects.entries()) {
      const said = { tags: ["users"], summary: "Select", description: "Selects.", access: "user" } as const;
      const selecting = endpoint(
        {
          ...{ ...said, method: "get", path: `/select${i}`, operationId: `select${i}` },
          responses: { 200: json(z.array(z.looseObject({})), "The rows") },
        },
        async (c) => c.json(await c.var.run(select(c.var.db, { id: user.id })), 200),
      );
      const app = serve({ endpoints: [selecting] });
      expect((await app.as(gone).get(`/select${i}`)).status, String(i)).toBe(401);
      const expected = i > 6 ? [] : expect.arrayContaining([{ id: expect.any(String) }]);
      expect((await app.as(user).get(`/select${i}`)).body, String(i)).toStrictEqual(expected);
    }
  });
});

describe("run", () => {
  const telling = endpoint(
    {
      ...({ method: "post", path: "/telling", operationId: "telling", tags: ["users"], access: "user" } as const),
      summary: "Record events",
      description: "Records some of those that it makes.",
      responses: { 200: json(z.array(z.unknown()), "The answers of its statements") },
    },
    async (c) => {
      const { db, run, user } = c.var;
      const make = (which: string) => auditEvent(c.var, "session.ended", user.id, { which });
      const event = make("written");
      const inside = make("written inside");
      make("never used");
      const answers = await run(
        undefined,
        AuditEvents.insert(db, event),
        Sessions.end(db, user.id, { except: user.sessionId }, make("no session ended")),
        AuditEvents.insert(db, make("did not happen"), sql`false`),
        Sessions.end(db, user.id, { only: user.sessionId }, inside),
        undefined,
      );
      return c.json(
        answers.map((answer) => answer?.rows.length ?? null),
        200,
      );
    },
  );
  const failing = endpoint(
    {
      ...({ method: "post", path: "/failing", operationId: "failing", tags: ["users"], access: "user" } as const),
      summary: "Fail behind an event",
      description: "Rolls it back.",
      responses: { 204: { description: "Never" } },
    },
    async (c) => {
      const event = auditEvent(c.var, "session.ended", c.var.user.id, { which: "rolled back" });
      await c.var.run(AuditEvents.insert(c.var.db, event), c.var.db.execute(sql`select 1 / 0`));
      return c.body(null, 204);
    },
  );

  it("leaves out what is undefined, and notes the events that its statements recorded, wherever they did", async () => {
    const user = await aUser();
    const app = serve({ endpoints: [telling] });
    const answer = await app.post("/telling", { token: user.token });
    expect(answer.body).toStrictEqual([null, 1, 0, 0, 1, null]);
    expect(answer.roundTrips).toBe(1);
    const event = { kind: "session.ended", user_id: user.id };
    expect(app.logs.at(-1)?.events).toStrictEqual([event, event]);
  });

  it("notes no event of a transaction that was rolled back", async () => {
    const user = await aUser();
    const app = serve({ endpoints: [failing], mayFail: true });
    expect((await app.post("/failing", { token: user.token })).status).toBe(500);
    expect(app.logs.at(-1)).toMatchObject({ status: 500 });
    expect(app.logs.at(-1)?.events).toBeUndefined();
  });
});
