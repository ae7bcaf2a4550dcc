import { z } from "@hono/zod-openapi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { endpoint, json } from "../../src/endpoint/endpoint.ts";
import { requestFields } from "../../src/middleware/request-log.ts";
import { Health } from "../../src/schemas/health.ts";
import { aKey, api, aUser, bindings, quickPasswords, serve, serveWithMailbox, unique } from "../harness.ts";
import { anOrganization } from "../members.ts";

const [page = ""] = Object.values(
  import.meta.glob<string>("../../docs/deploy.md", { query: "?raw", import: "default", eager: true }),
);

const readOrganizationThings = endpoint(
  {
    ...{ method: "get", path: "/organizations/{organization_id}/things", operationId: "readOrganizationThings" },
    ...{ tags: ["operations"], summary: "Read things", description: "Things." },
    ...{ access: { member: "items:read" }, callers: ["user", "key"] },
    request: { params: z.object({ organization_id: z.uuid() }) },
    responses: { 200: json(Health, "Read") },
  },
  async (c) => {
    await c.var.run();
    return c.json({ status: "ok" } as const, 200);
  },
);

afterEach(() => void vi.restoreAllMocks());

const lineOf = (app: ReturnType<typeof serve>) => app.logs.filter(({ message }) => message === "request").at(-1);

describe("the line of a request", () => {
  it("has the fields that docs/deploy.md lists, and no other", () => {
    const table = /\| field .*?\n\n/s.exec(page)?.[0] ?? "";
    const listed = [...table.matchAll(/`([a-z_]+)`(?=[^|]*\|[^|]*\|\n)/g)].map(([, name]) => name);
    expect(listed.toSorted()).toStrictEqual([...requestFields, "request_id"].toSorted());
  });

  it("tells which upload answered, and for which session", async () => {
    const ada = await aUser();
    const app = serve({ bindings: { ...bindings, CF_VERSION_METADATA: { id: "an-upload", tag: "", timestamp: "" } } });
    await app.as(ada).get("/items");
    const about = { user_id: ada.id, session_id: ada.sessionId, rate_class: "user" };
    expect(lineOf(app)).toMatchObject({ version: "an-upload", environment: "test", ...about });
  });

  it("tells of a key that it has no session", async () => {
    const ada = await aUser();
    const key = await aKey({ user_id: ada.id });
    const app = serve();
    await app.get("/items", { token: key.token });
    expect(lineOf(app)).toMatchObject({ api_key_id: key.id, session_id: undefined, rate_class: "key" });
  });

  it("names the owner of a key only where the database has found a user", async () => {
    const ada = await aUser();
    const { id, owner } = await anOrganization();
    const [own, theirs] = [await aKey({ user_id: ada.id }), await aKey({ organization_id: id, made_by: owner.id })];
    const app = serve();
    await app.get("/items", { token: own.token });
    expect(lineOf(app)).toMatchObject({ status: 200, api_key_id: own.id, user_id: ada.id });
    const made = await app.post("/items", { token: own.token, json: { title: "Old" } });
    await app.patch(`/items/${z.object({ id: z.uuid() }).parse(made.body).id}`, {
      token: own.token,
      json: { title: "New" },
      headers: { "If-Match": '"x"' },
    });
    expect(lineOf(app)).toMatchObject({ status: 412, api_key_id: own.id, user_id: ada.id });
    const elsewhere = serve({ endpoints: [readOrganizationThings] });
    const path = (organization: string) => `/organizations/${organization}/things`;
    for (const [app, url, status] of [
      [serve(), "/items", 403],
      [elsewhere, path((await anOrganization()).id), 404],
      [elsewhere, path(id), 200],
    ] as const) {
      expect((await app.get(url, { token: theirs.token })).status).toBe(status);
      expect(lineOf(app)).toMatchObject({ status, api_key_id: theirs.id, user_id: undefined });
    }
  });

  it("tells whether a cache had the answer", async () => {
    const app = serve();
    const path = "/public/items?limit=93";
    const caches: unknown[] = [];
    for (const one of [path, path, "/.well-known/jwks.json"]) {
      await app.get(one);
      caches.push(lineOf(app)?.cache);
    }
    expect(caches).toStrictEqual(["miss", "hit", undefined]);
  });

  it("tells how long passwords were hashed, and the tasks that follow", async () => {
    const slowly = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return quickPasswords.hash("", "a password");
    };
    const app = serveWithMailbox({ deps: { hasher: () => ({ ...quickPasswords, hash: slowly }) } });
    const username = unique();
    const password = "correct horse battery";
    expect((await app.post("/users", { json: { username, email: `${username}@example.com`, password } })).status).toBe(
      201,
    );
    const line = lineOf(app);
    expect(line?.hash_ms).toBeGreaterThanOrEqual(15);
    const mail = app.logs.find(({ message }) => message === "mail");
    expect(line?.task_ids).toStrictEqual([mail?.mail_id]);
    await app.get("/.well-known/jwks.json");
    expect(lineOf(app)).toMatchObject({ hash_ms: undefined, task_ids: undefined });
  });
});

/** Endpoints that fail and take long, with these further words. */
const unusual = (words: { quiet?: true }) => [
  endpoint(
    {
      ...{ method: "get", path: "/failing", operationId: "failing", access: "public", tags: ["operations"] },
      ...{ summary: "Fail", description: "Fails.", roundTrips: 0, responses: { 200: json(Health, "Never") }, ...words },
    },
    () => {
      throw new Error("a fault");
    },
  ),
  endpoint(
    {
      ...{ method: "get", path: "/slow", operationId: "slow", access: "public", tags: ["operations"] },
      ...{ summary: "Wait", description: "Waits.", roundTrips: 0, responses: { 200: json(Health, "Late") }, ...words },
    },
    (c) => {
      const now = Date.now();
      vi.spyOn(Date, "now").mockReturnValue(now + 1_000);
      return c.json({ status: "ok" } as const, 200);
    },
  ),
];

describe("a quiet endpoint", () => {
  it("leaves no line of an ordinary request, such as a probe's", async () => {
    const app = serve();
    await app.get("/health");
    expect(app.logs).toStrictEqual([]);
    await app.get("/health/ready");
    expect(app.logs).toHaveLength(1);
  });

  it("has the line of a failure, of a refusal, and of a slow answer", async () => {
    const app = serve({ mayFail: true, endpoints: unusual({ quiet: true }) });
    await app.get("/failing");
    await app.get("/failing?x=1");
    await app.get("/slow");
    expect(app.logs.map(({ status }) => status)).toStrictEqual([500, 422, 200]);
  });
});

describe("LOG_SAMPLING_RATE", () => {
  const sampled = (rate: string, endpoints?: Parameters<typeof serve>[0]) =>
    serve({ mayFail: true, ...endpoints, bindings: { ...bindings, LOG_SAMPLING_RATE: rate } });

  it("keeps that share of ordinary requests, each with the rate by which to count it", async () => {
    const app = sampled("0.1");
    for (const chance of [0.09, 0.1, 0.5]) {
      vi.spyOn(Math, "random").mockReturnValue(chance);
      await app.get("/.well-known/jwks.json");
    }
    expect(app.logs).toStrictEqual([expect.objectContaining({ status: 200, sampling_rate: 0.1 })]);
  });

  it("drops no line at 1, which is the default", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(0.999_999);
    await api.get("/.well-known/jwks.json");
    expect(lineOf(api)).toMatchObject({ status: 200, sampling_rate: undefined });
    random.mockRestore();
  });

  it("keeps every failure, every slow request, and every refusal of a known caller", async () => {
    const ada = await aUser();
    const app = sampled("0", { endpoints: unusual({}) });
    await app.get("/failing");
    await app.get("/slow");
    vi.restoreAllMocks();
    const whole = sampled("0");
    await whole.get(`/items/${crypto.randomUUID()}`, { token: ada.token });
    expect([...app.logs, ...whole.logs].map(({ status }) => status)).toStrictEqual([500, 200, 404]);
  });

  it("keeps each request with an event of an account, and drops the refusals of strangers", async () => {
    const ada = await aUser();
    const app = sampled("0", { deps: { hasher: () => quickPasswords } });
    await app.get("/items");
    await app.get("/nowhere");
    await app.post("/auth/login", { json: { username: ada.username, password: "not the password" } });
    expect(app.logs).toMatchObject([{ status: 400, events: [{ kind: "sign_in.failed" }] }]);
  });

  it.each(["1.1", "-1", "half", "10%"])("refuses %s", async (rate) => {
    const answer = await sampled(rate).get("/items");
    expect([answer.status, answer.body.code]).toStrictEqual([503, "misconfigured"]);
  });
});
