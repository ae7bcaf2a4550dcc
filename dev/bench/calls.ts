/** The requests of the benchmarks. */
import { randomBytes } from "node:crypto";
import { CommandError } from "../config.ts";
import type { Call } from "./load.ts";

/** The kinds of request, made for two accounts that this makes first: one that reads, and one whose items grow in number. */
export async function callsOf(origin: string): Promise<Call[]> {
  const json = { "Content-Type": "application/json" };
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const init = { method: "POST", headers: { ...json, ...headers }, body: JSON.stringify(body) };
    const response = await fetch(`${origin}/api/v1${path}`, init);
    if (!response.ok)
      throw new CommandError(`POST ${path} was answered with ${response.status}: ${await response.text()}`);
    return { headers: response.headers, body: new Map(Object.entries(Object(await response.json()))) };
  };
  const signUp = async (username: string) => {
    const password = randomBytes(12).toString("hex");
    await post("/users", { email: `${username}@example.com`, username, password });
    const token = (await post("/auth/login", { username, password })).body.get("access_token");
    const headers = { Authorization: `Bearer ${token}` };
    const me = await (await fetch(`${origin}/api/v1/users/me`, { headers })).json();
    return { headers, id: new Map(Object.entries(Object(me))).get("id") };
  };
  const [reader, writer] = [await signUp("reader"), await signUp("writer")];
  const [headers, writing] = [reader.headers, writer.headers];
  const item = { title: "Analytical engine", description: "Weaves algebraic patterns" };
  for (let i = 0; i < 40; i++) await post("/items", item, headers);
  const made = await post("/items", item, headers);
  const path = `/api/v1/items/${made.body.get("id")}`;
  const changed = (await post("/items", item, writing)).body.get("id");
  const shown = (await post("/items", { ...item, is_public: true }, headers)).body.get("id");
  const publicItems = "/api/v1/public/items";
  await (await fetch(`${origin}${publicItems}`)).text();
  return [
    { name: "GET /health", path: "/health", status: 200, bare: { path: "/health" } },
    { name: "GET /openapi.json", path: "/api/v1/openapi.json", status: 200 },
    { name: "GET /users/me", path: "/api/v1/users/me", headers, status: 200, bare: { path: `/users/${reader.id}` } },
    {
      name: "GET /items, 20",
      path: "/api/v1/items?limit=20",
      headers,
      status: 200,
      bare: { path: `/users/${reader.id}/items` },
    },
    { name: "GET /items, 20 and owners", path: "/api/v1/items?limit=20&include=owner", headers, status: 200 },
    { name: "GET /items?q=, 20 of 42", path: "/api/v1/items?q=engine", headers, status: 200 },
    { name: "GET /items/{id}", path, headers, status: 200, bare: { path: `/items/${made.body.get("id")}` } },
    {
      name: "GET /items/{id}, known",
      path,
      headers: { ...headers, "If-None-Match": made.headers.get("ETag") ?? "" },
      status: 304,
    },
    {
      name: "POST /items",
      method: "POST",
      path: "/api/v1/items",
      headers: { ...writing, ...json },
      body: JSON.stringify(item),
      status: 201,
      bare: { path: `/users/${writer.id}/items`, headers: json },
    },
    {
      name: "PATCH /items/{id}",
      method: "PATCH",
      path: `/api/v1/items/${changed}`,
      headers: { ...writing, ...json },
      body: JSON.stringify({ title: "Difference engine" }),
      status: 200,
    },
    {
      name: "POST /items/batch, 10",
      method: "POST",
      path: "/api/v1/items/batch",
      headers: { ...writing, ...json },
      body: JSON.stringify({ operations: Array.from({ length: 10 }, () => ({ op: "create", item })) }),
      status: 200,
    },
    { name: "GET /items/export, 42", path: "/api/v1/items/export", headers, status: 200 },
    // The cache here keeps lists alone.
    { name: "GET /public/items/{id}, miss", path: `/api/v1/public/items/${shown}`, status: 200 },
    { name: "GET /public/items, hit", path: publicItems, status: 200 },
    {
      name: "POST /items, invalid",
      method: "POST",
      path: "/api/v1/items",
      headers: { ...writing, ...json },
      body: '{"title": ""}',
      status: 422,
    },
    {
      name: "GET /users/me, bad token",
      path: "/api/v1/users/me",
      headers: { Authorization: `${headers.Authorization.slice(0, -8)}AAAAAAAA` },
      status: 401,
    },
  ];
}
