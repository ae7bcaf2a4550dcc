/** On Workers alone: reads the statements of a request in the calls of Neon's driver. Node sends them by node-postgres. */
import { sql } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { endpoint, json } from "../../src/endpoint/endpoint.ts";
import { Health } from "../../src/schemas/health.ts";
import { api, aUser, serve } from "../harness.ts";

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
    expect(statements?.[0]).toMatch(/(?:where|and) require_user\(\$\d+::uuid, \$\d+::uuid, false\)$/);
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
});
