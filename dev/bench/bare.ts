/**
 * The bare peer of the benchmark: the same libraries, one query a request, and no duties. No sign-in, no guard, no limits,
 * no versions, no log, no headers beyond the content type. The difference is what the foundation costs.
 */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { neon, neonConfig } from "@neondatabase/serverless";
import { desc, eq, getTableColumns } from "drizzle-orm";
import { drizzle } from "drizzle-orm/neon-http";
import { v7 as uuidv7 } from "uuid";
import { items, users } from "../../src/db/schema.ts";

// The benchmark starts both Workers by one configuration, which names these classes.
export { Alarm as TaskAlarm } from "../../src/platform/alarm.ts";
export { PasswordHasher } from "../../src/platform/password-hasher.ts";

type Bindings = { DATABASE_URL: string; NEON_FETCH_ENDPOINT: string };

const { search: _search, ...itemColumns } = getTableColumns(items);
const { password_hash: _hash, ...userColumns } = getTableColumns(users);
const Params = z.object({ id: z.uuid() });
const anything = { content: { "application/json": { schema: z.unknown() } }, description: "The answer" };

const app = new OpenAPIHono<{ Bindings: Bindings }>();

function connect({ DATABASE_URL, NEON_FETCH_ENDPOINT }: Bindings) {
  neonConfig.fetchEndpoint = NEON_FETCH_ENDPOINT;
  return drizzle(neon(DATABASE_URL));
}

app.openapi(createRoute({ method: "get", path: "/health", responses: { 200: anything } }), (c) =>
  c.json({ status: "ok" }, 200),
);

app.openapi(
  createRoute({ method: "get", path: "/users/{id}", request: { params: Params }, responses: { 200: anything } }),
  async (c) => {
    const [user] = await connect(c.env)
      .select(userColumns)
      .from(users)
      .where(eq(users.id, c.req.valid("param").id));
    return c.json(user, 200);
  },
);

app.openapi(
  createRoute({ method: "get", path: "/users/{id}/items", request: { params: Params }, responses: { 200: anything } }),
  async (c) => {
    const rows = await connect(c.env)
      .select(itemColumns)
      .from(items)
      .where(eq(items.owner_id, c.req.valid("param").id))
      .orderBy(desc(items.created_at), desc(items.id))
      .limit(20);
    return c.json({ items: rows }, 200);
  },
);

app.openapi(
  createRoute({ method: "get", path: "/items/{id}", request: { params: Params }, responses: { 200: anything } }),
  async (c) => {
    const [item] = await connect(c.env)
      .select(itemColumns)
      .from(items)
      .where(eq(items.id, c.req.valid("param").id));
    return c.json(item, 200);
  },
);

app.openapi(
  createRoute({
    method: "post",
    path: "/users/{id}/items",
    request: {
      params: Params,
      body: {
        required: true,
        content: { "application/json": { schema: z.object({ title: z.string(), description: z.string() }) } },
      },
    },
    responses: { 201: anything },
  }),
  async (c) => {
    const values = { ...c.req.valid("json"), id: uuidv7(), owner_id: c.req.valid("param").id };
    const [item] = await connect(c.env).insert(items).values(values).returning(itemColumns);
    return c.json(item, 201);
  },
);

export default app;
