/** The bare peer on Node: a token is checked, one query is sent, its rows are answered. No sessions, no limits, no log. */
import { randomUUID } from "node:crypto";
import jwt from "@fastify/jwt";
import fastify from "fastify";
import pg from "pg";

const { DATABASE_URL, SECRET_KEY, PORT } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 });
const app = fastify();
await app.register(jwt, { secret: SECRET_KEY });

const signedIn = { onRequest: (request) => request.jwtVerify() };
const userColumns = "id, email, username, full_name, role, is_active, created_at, updated_at";
const itemColumns = "id, owner_id, title, description, is_public, created_at, updated_at";
const newItem = {
  type: "object",
  required: ["title"],
  properties: {
    title: { type: "string", minLength: 1, maxLength: 200 },
    description: { type: ["string", "null"], maxLength: 10_000 },
    is_public: { type: "boolean" },
  },
};

// A name has each connection prepare the statement once.
const query = async (name, text, values) => (await pool.query({ name, text, values })).rows;

app.get("/health", async () => ({ status: "ok" }));

app.get("/users/me", signedIn, async ({ user }, reply) => {
  const [found] = await query("me", `select ${userColumns} from users where id = $1 and is_active`, [user.sub]);
  return found ?? reply.code(401).send();
});

app.get("/items", signedIn, async ({ user }) => ({
  items: await query(
    "items",
    `select ${itemColumns} from items where owner_id = $1 and deleted_at is null order by created_at desc, id desc limit 20`,
    [user.sub],
  ),
}));

app.post("/items", { ...signedIn, schema: { body: newItem } }, async ({ user, body }, reply) => {
  const { title, description = null, is_public = false } = body;
  const [item] = await query(
    "create",
    `insert into items (id, owner_id, title, description, is_public) values ($1, $2, $3, $4, $5) returning ${itemColumns}`,
    [randomUUID(), user.sub, title, description, is_public],
  );
  return reply.code(201).send(item);
});

await app.listen({ host: "127.0.0.1", port: Number(PORT) });
