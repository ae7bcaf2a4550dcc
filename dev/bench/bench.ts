/**
 * `npm run bench [-- --seconds 1 --rounds 3 --connections 16 --only text]`: what each kind of request costs. The bundle that
 * a deploy would upload, in workerd with nothing in front, and without `ratelimits`; the local endpoint that speaks Neon's
 * HTTP; a real PostgreSQL. What hashes passwords has dev/bench/sign-in.ts.
 */
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { dataFolder, failWith, Problem } from "../config.ts";
import { benchPage, benchTable, type Measured } from "./chart.ts";
import { type Call, load, probe, type Round, together } from "./load.ts";
import { type Closeables, closing, machine, startDatabase, wholeNumber } from "./tools.ts";
import { startWorker } from "./worker.ts";

type Options = { seconds: number; rounds: number; connections: number; only: string };

async function main(open: Closeables): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  const { url, endpoint } = await startDatabase(open);
  const database = { DATABASE_URL: url, NEON_FETCH_ENDPOINT: endpoint };
  const SECRET_KEY = randomBytes(32).toString("hex");
  const origin = await startWorker(open, { ENVIRONMENT: "staging", SECRET_KEY, ...database });
  const bareOrigin = await startWorker(open, database, "dev/bench/bare.ts");
  const all = await callsOf(origin);
  const calls = all.filter(({ name }) => name.toLowerCase().includes(options.only.toLowerCase()));
  if (calls.length === 0)
    throw new Problem(`--only must be part of one of: ${all.map(({ name }) => name).join(", ")}.`);
  const measured = await measure(origin, bareOrigin, calls, options);

  const { connections, rounds, seconds } = options;
  const notes = [
    `Medians of ${rounds} rounds of ${seconds} s each, in turns, on ${connections} connections; the load generator, the endpoint and PostgreSQL share the machine.`,
    "Bare is a Worker of the same libraries, by the same bundler on the same database, with one query a request and no duties.",
    machine(),
  ];
  console.log(`\n${benchTable(measured)}\n\n${notes.join("\n")}`);
  const file = join(dataFolder, "bench.html");
  await mkdir(dataFolder, { recursive: true });
  await writeFile(file, benchPage(measured, notes));
  console.log(`The chart: ${file}`);
}

/** The kinds of request, made for two accounts that this makes first: one that reads, and one whose items grow in number. */
async function callsOf(origin: string): Promise<Call[]> {
  const json = { "Content-Type": "application/json" };
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const init = { method: "POST", headers: { ...json, ...headers }, body: JSON.stringify(body) };
    const response = await fetch(`${origin}/api/v1${path}`, init);
    if (!response.ok) throw new Problem(`POST ${path} was answered with ${response.status}: ${await response.text()}`);
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

/** In turns: what the machine does meanwhile happens to all. The round before the first warms up. */
async function measure(
  origin: string,
  bareOrigin: string,
  calls: Call[],
  { seconds, rounds, connections }: Options,
): Promise<Measured[]> {
  const results = [];
  for (const call of calls) {
    const { bare: request, ...rest } = call;
    const bare = request && { ...rest, headers: {}, ...request };
    results.push({
      call,
      bare,
      ...(await probe(origin, call)),
      bytes: 0,
      rounds: [] as Round[],
      bareRounds: [] as Round[],
    });
    await load(origin, call, { seconds: 1, connections });
    if (bare) await load(bareOrigin, bare, { seconds: 1, connections });
  }
  for (let round = 1; round <= rounds; round++) {
    console.error(`Round ${round} of ${rounds}, ${calls.length * seconds} s`);
    for (const result of results) {
      const { bytes, ...figures } = await load(origin, result.call, { seconds, connections });
      result.bytes = bytes;
      result.rounds.push(figures);
      if (result.bare) result.bareRounds.push(await load(bareOrigin, result.bare, { seconds, connections }));
    }
  }
  return results.map(({ call: { name, status }, roundTrips, bytes, rounds: each, bareRounds }) => ({
    name,
    status,
    roundTrips,
    bytes,
    ...together(each),
    ...(bareRounds.length > 0 && { bare: together(bareRounds) }),
  }));
}

function optionsFrom(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string", default: "1" },
      rounds: { type: "string", default: "3" },
      connections: { type: "string", default: "16" },
      only: { type: "string", default: "" },
    },
  });
  return {
    seconds: wholeNumber("seconds", values.seconds, { min: 1, max: 60 }),
    rounds: wholeNumber("rounds", values.rounds, { min: 1, max: 100 }),
    connections: wholeNumber("connections", values.connections, { min: 1, max: 500 }),
    only: values.only,
  };
}

await closing(main).catch(failWith);
