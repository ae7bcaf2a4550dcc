import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { unstable_getMiniflareWorkerOptions as optionsOf } from "wrangler";
import { z } from "zod";
import { projectFolder } from "../../dev/config.ts";
import { openMailbox } from "../../dev/local/mailbox.ts";
import { freePort } from "../../dev/local/port.ts";
import { copyDatabase } from "../../dev/local/throwaway/database.ts";
import { bundling } from "../../dev/shapes/bundle.ts";
import { readEnvironmentOf, shapeWorkers } from "../../dev/shapes/configs.ts";
import { partsOf } from "../../dev/shapes/parts.ts";
import { endpoints } from "../../src/routes/index.ts";
import { mailTask } from "../../src/values.ts";

/** The parts of an event that are looked at here. The first one of an invocation, and each later one, tells its span. */
const Tail = z.object({
  sequence: z.number(),
  spanContext: z.object({ spanId: z.string().optional() }),
  event: z.looseObject({
    type: z.string(),
    name: z.string().optional(),
    spanId: z.string().optional(),
    info: z.unknown().optional(),
  }),
});
const Attributes = z.array(z.object({ name: z.string(), value: z.unknown() }));
const Renamed = z.object({ type: z.literal("name"), name: z.string() });

/** A span as it was recorded. The one of an invocation has no name until it is given one. */
type Span = { name: string; parent: string | undefined; attributes: Record<string, unknown>; isClosed: boolean };

/** A Worker that hears of each span as the platform does, and passes it on. */
const listener = `
const plain = (_key, value) => (typeof value === "bigint" ? Number(value) : value);
const tell = async (env, event) => {
  await env.OUT.fetch("http://out/", { method: "POST", body: JSON.stringify(event, plain) });
};
export default {
  async tailStream(onset, env) {
    await tell(env, onset);
    return (event) => tell(env, event);
  },
};`;

describe("the spans that the platform records", () => {
  /** Newest last. */
  const open: (() => Promise<unknown>)[] = [];
  const events: z.infer<typeof Tail>[] = [];
  let origin: string;
  const password = "correct horse battery staple";

  beforeAll(async () => {
    // Below the project, whose packages the bundle is made of.
    const folder = await mkdtemp(join(projectFolder, ".plinth", "spans-"));
    open.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const { url, drop } = await copyDatabase(inject("postgres"), inject("template"));
    open.push(drop);
    const box = await openMailbox({ port: await freePort(), api: "http://localhost" });
    open.push(() => box.close());
    const environment = readEnvironmentOf(undefined);
    const [base] = shapeWorkers(partsOf(endpoints, "group"), environment, folder);
    await build(bundling({ base: "test/fixtures/traced-worker.ts" }, folder, environment));
    await mkdir(join(folder, "base"), { recursive: true });
    await writeFile(join(folder, "base/wrangler.json"), JSON.stringify(base?.config));
    const { workerOptions } = optionsOf(join(folder, "base/wrangler.json"));
    const bindings = {
      ...{ ENVIRONMENT: "test", SECRET_KEY: randomBytes(32).toString("hex"), MAIL: "on" },
      ...{ DATABASE_URL: url, NEON_FETCH_ENDPOINT: inject("neonEndpoint"), MAIL_ENDPOINT: box.endpoint },
      ...{ FRONTEND_URL: "https://app.example.com", MAIL_FROM: "Plinth <no-reply@example.com>" },
    };
    const hear = async (request: { json(): Promise<unknown> }) => {
      events.push(Tail.parse(await request.json()));
      return new Response();
    };
    const file = join(folder, "base/index.js");
    const runtime = new Miniflare(
      convertV4MiniflareOptions({
        resourcePersistencePath: join(folder, "state"),
        handleStructuredLogs: () => {},
        workers: [
          {
            ...workerOptions,
            ...{ name: "plinth", modulesRoot: folder },
            modules: [{ type: "ESModule", path: file, contents: await readFile(file, "utf8") }],
            bindings: { ...Object(workerOptions.bindings), ...bindings },
            streamingTails: ["listener"],
          },
          {
            ...{ name: "listener", modules: true, script: listener, compatibilityDate: "2026-11-01" },
            compatibilityFlags: ["streaming_tail_worker", "experimental"],
            // Miniflare has a type of its own for requests.
            serviceBindings: { OUT: hear as never },
          },
        ],
      }),
    );
    open.push(() => runtime.dispose());
    origin = (await runtime.ready).origin;
  });
  afterAll(async () => {
    for (const close of open.reverse()) await close();
  });

  /** Every span so far, each with the name of the one around it. */
  function spans(): Span[] {
    const found = new Map<string, Span>();
    for (const { event, spanContext } of events.toSorted((one, other) => one.sequence - other.sequence)) {
      const { type, name = "", spanId = "", info } = event;
      const { spanId: around = "" } = spanContext;
      if (type === "onset" || type === "spanOpen") {
        found.set(spanId, { name, parent: around, attributes: {}, isClosed: false });
        continue;
      }
      const span = found.get(around);
      if (!span) continue;
      if (type === "attributes") for (const one of Attributes.parse(info)) span.attributes[one.name] = one.value;
      if (type === "spanUpdate") span.name = Renamed.parse(info).name;
      if (type === "spanClose" || type === "outcome") span.isClosed = true;
    }
    return [...found.values()].map((span) => ({ ...span, parent: found.get(span.parent ?? "")?.name }));
  }
  const span = (name: string, parent: string | undefined, attributes: object = {}) =>
    expect.objectContaining({ name, parent, attributes: expect.objectContaining(attributes), isClosed: true });

  it("tell of a transaction and of each of its messages, and of no row", async () => {
    expect((await fetch(`${origin}/api/v1/decide`, { method: "POST" })).status).toBe(204);
    const request = "POST /api/v1/decide";
    // Connects, begins, reads and commits.
    const messages = [1, 2, 3, 4].map((trip) => span("database", "transaction", { "db.round_trip": trip }));
    await expect
      .poll(spans)
      .toStrictEqual(expect.arrayContaining([span("transaction", request, { "db.attempt": 1 }), ...messages]));
    expect(JSON.stringify(events)).not.toMatch(/a secret of a row|begin isolation/);
  });

  it("tell of a request, its password, its database, its task and the call that this makes, and no secret", async () => {
    const email = "ada@example.com";
    const body = JSON.stringify({ username: "ada", email, password });
    const headers = { "Content-Type": "application/json", "X-Request-Id": "mine-1" };
    const made = await fetch(`${origin}/api/v1/users`, { method: "POST", headers, body });
    expect(made.status, await made.clone().text()).toBe(201);
    const form = new URLSearchParams({ username: "ada", password: "another password", grant_type: "password" });
    expect((await fetch(`${origin}/api/v1/auth/login`, { method: "POST", body: form })).status).toBe(400);

    const signUp = "POST /api/v1/users";
    const signIn = "POST /api/v1/auth/login";
    const task = `task ${mailTask}`;
    const request = { "http.response.status_code": 201, "plinth.request_id": "mine-1" };
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/);
    // The mail follows the answer.
    await expect
      .poll(spans)
      .toStrictEqual(
        expect.arrayContaining([
          span(signUp, undefined, request),
          span("password hash", signUp),
          span("database", signUp, { "db.round_trip": 1 }),
          span("fetch", "database", { "http.request.method": "POST" }),
          span(task, signUp, { "plinth.task_id": id, "plinth.attempt": 1 }),
          span("database", task),
          span("fetch", task, { "url.full": expect.stringMatching(/\/messages$/) }),
          span(signIn, undefined, { "http.response.status_code": 400, "plinth.code": "invalid_grant" }),
          span("password verify", signIn),
        ]),
      );
    const told = JSON.stringify(events);
    for (const secret of [password, "another password", email, "ada@"]) expect(told).not.toContain(secret);
    expect(told).not.toMatch(/insert into|\bselect |\$scrypt|postgres(ql)?:/);
  });
});
