import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp, defaultDeps } from "../../src/app.ts";
import { endpoint, json } from "../../src/endpoint/endpoint.ts";
import { Health } from "../../src/schemas/health.ts";
import { runTasks } from "../../src/task/run.ts";
import { task } from "../../src/task/task.ts";
import { aUser, bindings, serve, unique } from "../harness.ts";
import { enqueue } from "../task/effects.ts";

const dsn = "https://a1b2c3@errors.example/base/42";
const real = globalThis.fetch;
let sent: Request[] = [];
let reply: () => Promise<Response>;
/** Another minute for each test, since an isolate remembers what it has reported. */
let minutes = 0;
const now = () => new Date(Date.now() + minutes * 60_000);

beforeEach(() => {
  sent = [];
  minutes += 2;
  reply = async () => new Response("{}");
  vi.stubGlobal("fetch", async (input: RequestInfo, init?: RequestInit) => {
    const request = new Request(input, init);
    if (!request.url.startsWith("https://errors.example/")) return real(input, init);
    sent.push(request.clone());
    // A clone is the runtime's own, as fetch answers: the library of the server on Node makes others.
    return (await reply()).clone();
  });
});
afterEach(() => void vi.unstubAllGlobals());

const said = { tags: ["operations"], summary: "Fail", description: "Fails.", roundTrips: 0 } as const;
const failing = (name: string) =>
  endpoint(
    {
      ...{ ...said, method: "get", path: `/${name}`, operationId: name, access: "public" },
      responses: { 200: json(Health, "Never") },
    },
    () => {
      throw new RangeError(`out of range in ${name}`);
    },
  );
const app = (own: Record<string, unknown> = {}) =>
  serve({
    mayFail: true,
    endpoints: [failing("one"), failing("two")],
    bindings: {
      ...bindings,
      SENTRY_DSN: dsn,
      CF_VERSION_METADATA: { id: "an-upload", tag: "", timestamp: "" },
      ...own,
    },
    deps: { now },
  });
const eventOf = async (request: Request | undefined) => {
  const [head = "", item, event = "", end] = (await request?.text())?.split("\n") ?? [];
  expect([item, end]).toStrictEqual(['{"type":"event"}', ""]);
  expect(JSON.parse(head).event_id).toBe(JSON.parse(event).event_id);
  return JSON.parse(event);
};

describe("SENTRY_DSN", () => {
  it("gets an envelope with the cause, its stack and the request", async () => {
    const client = app();
    const answer = await client.get("/one", { headers: { "X-Request-Id": "a-request" } });
    expect([answer.status, sent.length]).toStrictEqual([500, 1]);
    expect(sent[0]).toMatchObject({ method: "POST", url: "https://errors.example/base/api/42/envelope/" });
    expect(sent[0]?.headers.get("X-Sentry-Auth")).toContain("sentry_key=a1b2c3");
    const event = await eventOf(sent[0]);
    expect(event).toMatchObject({
      ...{
        platform: "javascript",
        level: "error",
        release: "an-upload",
        environment: "test",
        transaction: "GET /api/v1/one",
      },
      tags: { request_id: "a-request", operation_id: "one", code: "internal", status: 500 },
      exception: { values: [{ type: "RangeError", value: "out of range in one" }] },
    });
    const { frames } = event.exception.values[0].stacktrace;
    expect(frames.at(-1)).toMatchObject({ filename: expect.stringMatching(/reporting\.test\.ts$/), in_app: true });
  });

  it("gets each error once a minute, and another one beside it", async () => {
    const client = app();
    for (const path of ["/one", "/one", "/two", "/one"]) await client.get(path);
    expect(sent).toHaveLength(2);
    minutes += 1;
    await client.get("/one");
    expect(sent).toHaveLength(3);
  });

  it.each([
    ["refuses", async () => new Response("a secret", { status: 500 })],
    ["cannot be reached", () => Promise.reject(new Error("a secret"))],
  ])("fails nothing where it %s", async (_, bad) => {
    reply = bad;
    const client = app();
    expect((await client.get("/one")).status).toBe(500);
    expect(client.logs.map(({ level, message }) => [level, message])).toStrictEqual([
      ["error", "request"],
      ["warn", "error report failed"],
    ]);
    expect(JSON.stringify(client.logs)).not.toContain("a secret");
  });

  it("gets fifty different errors a minute, and no more", async () => {
    const many = Array.from({ length: 52 }, (_, i) => failing(`fails${i}`));
    const failingOften = serve({
      mayFail: true,
      endpoints: many,
      bindings: { ...bindings, SENTRY_DSN: dsn },
      deps: { now },
    });
    for (const { policy } of many) await failingOften.get(policy.path);
    expect(sent).toHaveLength(50);
    minutes += 1;
    await failingOften.get("/fails51");
    expect(sent).toHaveLength(51);
  });

  it("keeps no answer waiting", async () => {
    const gate = Promise.withResolvers<Response>();
    reply = () => gate.promise;
    const waits: Promise<unknown>[] = [];
    const client = createApp([failing("slow")], { ...defaultDeps, now, log: () => undefined });
    const waitUntil = (work: Promise<unknown>) => void waits.push(work);
    const ctx = { waitUntil, passThroughOnException: () => {}, props: {} } as ExecutionContext;
    const answer = await client.request("/api/v1/slow", {}, { ...bindings, SENTRY_DSN: dsn }, ctx);
    expect([answer.status, sent.length]).toStrictEqual([500, 1]);
    gate.resolve(new Response("{}"));
    await Promise.all(waits);
  });

  it("gets nothing of a warning, of a refusal, or where it is not set", async () => {
    const ada = await aUser();
    await app({ SENTRY_DSN: undefined }).get("/one");
    const whole = serve({ bindings: { ...bindings, SENTRY_DSN: dsn }, deps: { now } });
    await whole.get(`/items/${crypto.randomUUID()}`, { token: ada.token });
    expect(sent).toStrictEqual([]);
  });

  it("gets the error of a task, with its id", async () => {
    const name = unique("task");
    const broken = task({ name, retry: { attempts: 1 } }, async () => {
      throw new TypeError("a mistake");
    });
    const [id] = await enqueue(name, [{}]);
    const deps = { ...defaultDeps, now, tasks: [broken], log: () => undefined };
    await runTasks({ ...bindings, SENTRY_DSN: dsn }, deps, { ids: [String(id)] });
    expect(await eventOf(sent[0])).toMatchObject({
      ...{ transaction: name, tags: { task: name, task_id: id, outcome: "dead" } },
      exception: { values: [{ type: "TypeError", value: "a mistake" }] },
    });
  });

  it.each(["http://key@errors.example/1", "https://errors.example/1", "https://key@errors.example/", "key"])(
    "must be a DSN: %s",
    async (bad) => {
      expect((await app({ SENTRY_DSN: bad }).get("/one")).status).toBe(503);
    },
  );
});
