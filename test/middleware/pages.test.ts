import { z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { endpoint, json } from "../../src/endpoint/endpoint.ts";
import { Health } from "../../src/schemas/health.ts";
import { pageOf } from "../../src/schemas/pages.ts";
import { aUser, serve } from "../harness.ts";

const listOf = (operationId: string) =>
  endpoint(
    {
      ...({
        method: "get",
        path: `/of/{id}/${operationId}`,
        operationId,
        tags: ["users"],
        access: "user",
        paged: true,
      } as const),
      request: { params: z.object({ id: z.string() }) },
      summary: "List",
      description: "Lists.",
      responses: { 200: json(pageOf(Health), "A page") },
    },
    async (c) => {
      const { db, run, page: pageOfRows } = c.var;
      const { items, ...page } = await pageOfRows(c.req.valid("query"), async () => {
        const statement = db.execute<{ id: string; sort_key: string }>(sql`select n as id, n as sort_key
          from unnest(array['a', 'b']) as n`);
        return (await run(statement)).rows;
      });
      return c.json({ ...page, items: items.map(() => ({ status: "ok" }) as const) }, 200);
    },
  );

it("promise 25: a cursor is good for its endpoint, its path and its caller only, whatever the queries have in common", async () => {
  const app = serve({ endpoints: [listOf("these"), listOf("those")] });
  const [ada, bob] = [app.as(await aUser()), app.as(await aUser())];
  const { next_cursor } = (await ada.get("/of/a/these?limit=1")).body;
  const [own, other, elsewhere, foreign] = [
    await ada.get(`/of/a/these?limit=1&cursor=${next_cursor}`),
    await ada.get(`/of/a/those?limit=1&cursor=${next_cursor}`),
    await ada.get(`/of/b/these?limit=1&cursor=${next_cursor}`),
    await bob.get(`/of/a/these?limit=1&cursor=${next_cursor}`),
  ];
  expect(own.status).toBe(200);
  for (const { body } of [other, elsewhere, foreign]) expect(body.code).toBe("invalid_cursor");
});

it("a page that is full has a next one only if there are more rows", async () => {
  const ada = serve({ endpoints: [listOf("these")] }).as(await aUser());
  const pages = [await ada.get("/of/a/these?limit=1"), await ada.get("/of/a/these?limit=2")];
  expect(pages.map(({ body }) => body.next_cursor === null)).toStrictEqual([false, true]);
  expect(pages.map(({ headers }) => headers.has("Link"))).toStrictEqual([true, false]);
});
