import { sql } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { endpoint, json } from "../../src/endpoint/endpoint.ts";
import { Health } from "../../src/schemas/health.ts";
import { api, aUser, db, serve } from "../harness.ts";

/** The statements of each round trip that the driver sends during `work`. */
async function sent(work: () => Promise<unknown>): Promise<string[][]> {
  const fetching = vi.spyOn(globalThis, "fetch");
  await work();
  return fetching.mock.calls.map(([, init]) => {
    const body = JSON.parse(String(init?.body));
    return body.queries ? body.queries.map(({ query }: { query: string }) => query) : [body.query];
  });
}

afterEach(() => vi.restoreAllMocks());

describe("the guard", async () => {
  const user = await aUser();
  it.each([
    ["GET", "/users/me"],
    ["GET", "/auth/sessions"],
    ["GET", `/users/${user.id}`],
    ["PATCH", "/users/me"],
  ])("rides in the one statement of %s %s", async (method, path) => {
    const body = method === "GET" ? {} : { json: { full_name: "Another" } };
    const [statements, ...others] = await sent(() => api.call(method, path, { token: user.token, ...body }));
    expect(others).toStrictEqual([]);
    expect(statements).toHaveLength(1);
    expect(statements?.[0]).toMatch(/where require_user\(\$\d+::uuid, \$\d+::uuid, false\)$/);
  });

  it("goes before several statements, in their round trip", async () => {
    const several = endpoint(
      {
        ...({ method: "get", path: "/several", operationId: "several", tags: ["users"], access: "user" } as const),
        summary: "Ask twice",
        description: "Asks twice.",
        responses: { 200: json(Health, "Asked") },
      },
      async (c) => {
        await c.var.run(c.var.db.execute(sql`select 1`), c.var.db.execute(sql`select 2`));
        return c.json({ status: "ok" } as const, 200);
      },
    );
    const app = serve({ endpoints: [several] });
    const [statements, ...others] = await sent(() => app.as(user).get("/several"));
    expect(others).toStrictEqual([]);
    expect(statements).toHaveLength(3);
    expect(statements?.[0]).toMatch(/^select require_user\(\$\d+::uuid, \$\d+::uuid, false\)$/);
  });

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
});
