import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { matchedRoutes } from "hono/route";
import { beforeEach, describe, expect, it } from "vitest";
import { Users } from "../../src/crud/users.ts";
import { organizations } from "../../src/db/schema.ts";
import { filesOf, multipart, upload } from "../../src/endpoint/bodies.ts";
import { body, endpoint, json } from "../../src/endpoint/endpoint.ts";
import { ofEndpoint, ofEveryRequest } from "../../src/middleware/order.ts";
import { ETag, Id } from "../../src/schemas/common.ts";
import { Health } from "../../src/schemas/health.ts";
import { pageOf } from "../../src/schemas/pages.ts";
import { type Answer, aUser, bindings, serve, unique } from "../harness.ts";
import { aSecret, aSigningSecret } from "../signed.ts";

const namesOf = (stages: typeof ofEveryRequest | typeof ofEndpoint) => stages.map(([name]) => name);

/** The stages that the last request really ran through, by name. */
let ran: string[] = [];
beforeEach(() => {
  ran = [];
});
const trace = (c: Parameters<typeof matchedRoutes>[0]) => {
  const passed = matchedRoutes(c).slice(0, c.req.routeIndex);
  ran = passed.map(({ handler }) => handler.name).filter((name) => name !== "");
};

const said = {
  tags: ["operations"],
  summary: "Show the stages",
  description: "Has many words.",
} as const;
const request = { query: z.object({ known: z.string().optional() }) };
const responses = { 200: json(Health, "Reached") };

const kept = endpoint(
  {
    ...{ ...said, method: "get", path: "/kept", operationId: "kept", access: "public", offBy: "DOCS" },
    cached: { seconds: 1, staleSeconds: 1 },
    ...{ paged: true, transaction: true, roundTrips: 5 },
    request,
    responses: { 200: json(pageOf(Health), "Reached") },
  },
  async (c) => {
    trace(c);
    const { items, ...page } = await c.var.page(c.req.valid("query"), async () => []);
    return c.json({ ...page, items: items.map(() => ({ status: "ok" }) as const) }, 200);
  },
);
const change = endpoint(
  {
    ...{ ...said, method: "patch", path: "/change", operationId: "change", access: "user", offBy: "DOCS" },
    ...{ idempotent: true, versioned: true, refersTo: { organization_id: organizations }, evicts: [kept] },
    request: { ...request, body: body(z.strictObject({ title: z.string(), organization_id: Id.optional() })) },
    responses: { 200: json(Health.extend({ etag: ETag }), "Changed") },
  },
  async (c) => {
    trace(c);
    const { db, run, user } = c.var;
    await run(Users.find(db, user.id, user));
    c.header("ETag", '"1"');
    return c.json({ status: "ok", etag: '"1"' } as const, 200);
  },
);
const carrying = endpoint(
  {
    ...{ ...said, method: "post", path: "/carrying", operationId: "carrying", access: "public" },
    carries: "mailed_token",
    request: { body: body(z.strictObject({ token: z.string() })) },
    responses,
  },
  (c) => {
    trace(c);
    return c.json({ status: "ok" } as const, 200);
  },
);

const answerTo = (c: Context) => {
  trace(c);
  return c.json({ status: "ok" } as const, 200);
};
const form = endpoint(
  {
    ...{ ...said, method: "post", path: "/form", operationId: "form", access: "public" },
    ...{ request: { body: multipart({ title: z.string() }) }, responses },
  },
  answerTo,
);
const file = endpoint(
  {
    ...{ ...said, method: "get", path: "/file", operationId: "file", access: "public", roundTrips: 0 },
    ...{ ranged: true, responses: { 200: filesOf(["application/pdf"], "A file") } },
  },
  (c) => {
    trace(c);
    return c.var.file({ name: "a", type: "application/pdf", size: 1, sha256: "00" }, async () =>
      new Blob(["a"]).stream(),
    );
  },
);
const stream = endpoint(
  {
    ...{ ...said, method: "put", path: "/stream", operationId: "stream", access: "public" },
    ...{ request: { body: upload({ types: ["text/plain"], maxBytes: 9 }) }, responses },
  },
  answerTo,
);

const signed = endpoint(
  {
    ...{ ...said, method: "post", path: "/signed", operationId: "signed", access: "public", roundTrips: 0 },
    ...{ request: { body: body(z.strictObject({ title: z.string() })) }, responses },
    signed: { by: "stripe", secret: aSigningSecret("TEST_ORDER") },
  },
  answerTo,
);

const endpoints = [change, kept, carrying, form, file, stream, signed];
const appWith = (own: Record<string, unknown> = {}) =>
  serve({ endpoints, mayFail: true, bindings: { ...bindings, TEST_ORDER: aSecret(), ...own } });
const refusing = { RATE_LIMIT_PUBLIC: { limit: async () => ({ success: false }) } };

describe("the drawing of a request", () => {
  const drawn = [...namesOf(ofEveryRequest), ...namesOf(ofEndpoint)];

  it("gives each stage a name of its own and a reason", () => {
    expect(new Set(drawn).size).toBe(drawn.length);
    for (const [, , why] of [...ofEveryRequest, ...ofEndpoint]) expect(why).toMatch(/^[A-Z].+\.$/);
  });

  it("has the order in which the stages of a request run, and all of them", async () => {
    const ada = await aUser();
    const app = appWith();
    expect((await app.as(ada).patch("/change", { title: "A" })).status).toBe(200);
    const changed = ran;
    expect((await app.get(`/kept?known=${unique()}`)).status).toBe(200);
    const read = ran;
    const data = new FormData();
    data.set("title", "A");
    expect((await app.post("/form", { body: data })).status).toBe(200);
    const parts = ran;
    expect((await app.put("/stream", { body: "A", headers: { "Content-Type": "text/plain" } })).status).toBe(200);
    const uploaded = ran;
    expect((await app.get("/file")).status).toBe(200);
    const served = ran;
    expect((await app.post("/signed", { json: { title: "A" } })).status).toBe(200);
    const all = [changed, read, parts, uploaded, served, ran];
    for (const stages of all) {
      const ours = drawn.filter((name) => stages.includes(name));
      // Behind ours there are those of zod-openapi, which validate.
      expect(stages.slice(0, ours.length)).toStrictEqual(ours);
    }
    expect(drawn.filter((name) => !all.flat().includes(name))).toStrictEqual([]);
  });
});

/** A request to break in every respect that a stage looks at. */
type Broken = { path: string; bindings: object; token?: string; headers: Record<string, string>; body: string };

describe("a request that is wrong in every respect", () => {
  it("is refused by the first stage that it offends", async () => {
    const ada = await aUser();
    const broken: Broken = {
      path: "/change/?other=1",
      bindings: { SIGNING_KEYS: "nonsense", DOCS: "off" },
      headers: { "Content-Type": "text/plain", "If-Match": "nonsense", "Idempotency-Key": "two words" },
      body: "x".repeat(1_048_577),
    };
    /** Each stage, what it answers, and how to content it. */
    const offended: [stage: string, status: number, text: RegExp, mended: (now: Broken) => Partial<Broken>][] = [
      ["exact path", 404, /slash/, () => ({ path: "/change?other=1" })],
      ["settings", 503, /misconfigured/, () => ({ bindings: { DOCS: "off" } })],
      ["switch", 404, /nothing at this path/, () => ({ bindings: {} })],
      ["authenticate", 401, /not_authenticated/, () => ({ token: ada.token })],
      ["unknown query", 422, /query\.other/, () => ({ path: "/change" })],
      ["body limit", 413, /payload_too_large/, () => ({ body: '{"title":1}' })],
      [
        "content type",
        415,
        /application\/json/,
        ({ headers }) => ({ headers: { ...headers, "Content-Type": "application/json" } }),
      ],
      ["versions", 400, /If-Match/, ({ headers }) => ({ headers: { ...headers, "If-Match": "*" } })],
      [
        "idempotency",
        422,
        /header\.Idempotency-Key/,
        ({ headers }) => ({ headers: { ...headers, "Idempotency-Key": unique() } }),
      ],
      ["", 422, /body\.title/, () => ({ body: '{"title":"A"}' })],
    ];
    let now = broken;
    for (const [stage, status, text, mended] of offended) {
      const answer = await appWith(now.bindings as Record<string, unknown>).call("PATCH", now.path, now);
      expect([answer.status, answer.text], stage).toStrictEqual([status, expect.stringMatching(text)]);
      now = { ...now, ...mended(now) };
    }
    expect((await appWith().call("PATCH", now.path, now)).status).toBe(200);
    const stages = offended.map(([stage]) => stage).filter((stage) => stage !== "");
    expect(stages).toStrictEqual(namesOf(ofEndpoint).filter((name) => stages.includes(name)));
  });

  it("is counted before its query is looked at, and before the cache is", async () => {
    const path = `/kept?known=${unique()}`;
    expect((await appWith().get(path)).status).toBe(200);
    const here = { headers: { "CF-Connecting-IP": "192.0.2.1" } };
    const answers: Answer[] = [];
    for (const bad of [path, `${path}&other=1`]) answers.push(await appWith(refusing).get(bad, here));
    expect(answers.map(({ status }) => status)).toStrictEqual([429, 429]);
    expect((await appWith().get(`${path}&other=1`)).status).toBe(422);
    expect((await appWith().get(path)).headers.get("Age")).not.toBeNull();
  });

  it("is refused by its signature before anything parses its body", async () => {
    const app = appWith();
    const forged = { body: "{", headers: { "Content-Type": "application/json", "Stripe-Signature": "t=1,v1=ab" } };
    expect((await app.post("/signed", forged)).body.code).toBe("invalid_signature");
    expect((await app.post("/signed", { ...forged, headers: { "Content-Type": "application/json" } })).status).toBe(
      400,
    );
    expect(
      (
        await appWith(refusing).post("/signed", {
          ...forged,
          headers: { ...forged.headers, "CF-Connecting-IP": "192.0.2.1" },
        })
      ).status,
    ).toBe(429);
    expect(ran).toStrictEqual([]);
  });

  it("is counted by its token after its body was validated", async () => {
    const app = appWith(refusing);
    const here = { headers: { "CF-Connecting-IP": "192.0.2.1" } };
    expect((await app.post("/carrying", { ...here, json: {} })).status).toBe(422);
    expect((await app.post("/carrying", { ...here, json: { token: "of nobody" } })).status).toBe(429);
    expect(ran).toStrictEqual([]);
  });
});

describe("the stages of every request", () => {
  it("show in the answer to a preflight, which no endpoint has made", async () => {
    const app = appWith({ ALLOWED_ORIGINS: "https://app.example.com" });
    const headers = { Origin: "https://app.example.com", "Access-Control-Request-Method": "PATCH" };
    const answer = await app.call("OPTIONS", "/change", { headers });
    expect(answer.status).toBe(204);
    for (const name of ["X-Request-Id", "Server-Timing", "Content-Security-Policy", "Cache-Control"]) {
      expect(answer.headers.get(name), name).not.toBeNull();
    }
    expect(app.logs.at(-1)).toMatchObject({ message: "request", status: 204 });
  });

  it("log the start of an isolate before its first request", async () => {
    const app = appWith({ ENVIRONMENT: "staging" });
    await app.get("/kept");
    expect(app.logs.map(({ message }) => message)).toStrictEqual(["start", "request"]);
  });
});
