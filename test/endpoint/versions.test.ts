import { hc } from "hono/client";
import { describe, expect, expectTypeOf, it } from "vitest";
import { accessMatrix } from "../../dev/commands/access-matrix.ts";
import { createApp, defaultDeps } from "../../src/app.ts";
import { endpoint, json } from "../../src/endpoint/endpoint.ts";
import { ApiError } from "../../src/errors.ts";
import { endpoints as own } from "../../src/routes/index.ts";
import { IdParams } from "../../src/schemas/common.ts";
import { Health } from "../../src/schemas/health.ts";
import { answersIn } from "../examples.ts";
import { bindings, serve } from "../harness.ts";

const said = { method: "get", path: "/things/{id}", tags: ["operations"], access: "public" } as const;
const responses = { 200: json(Health, "It") };

const readThing = endpoint(
  {
    ...{ ...said, operationId: "readThing", summary: "Show a thing", description: "As it was." },
    deprecated: { since: "2026-11-01", sunset: "2027-05-31" },
    request: { params: IdParams },
    responses,
    errors: ["not_found"],
  },
  (c) => {
    if (c.req.valid("param").id === missing) throw new ApiError("not_found");
    return c.json({ status: "ok" } as const, 200);
  },
);
const readThing2 = endpoint(
  {
    ...{ ...said, operationId: "readThing2", summary: "Show a thing", description: "As it is." },
    ...{ version: 2, request: { params: IdParams }, responses },
  },
  (c) => c.json({ status: "ok" } as const, 200),
);
const missing = "019abc12-3456-7def-8abc-000000000000";
const id = "019abc12-3456-7def-8abc-1234567890ab";
const document = own.filter(({ policy }) => policy.operationId === "openapi");
const app = serve({ endpoints: [readThing, readThing2, ...document] });

describe("version", () => {
  it("serves an endpoint beside that of the first version, each at its own path", async () => {
    for (const path of [`/api/v1/things/${id}`, `/api/v2/things/${id}`]) expect((await app.get(path)).status).toBe(200);
    expect((await app.get(`/api/v3/things/${id}`)).status).toBe(404);
    expect((await app.call("DELETE", `/api/v2/things/${id}`)).headers.get("Allow")).toBe("GET, HEAD, OPTIONS");
    expect(app.logs.some(({ route }) => route === "/api/v2/things/{id}")).toBe(true);
  });

  it("answers pages of other origins, as the first version does", async () => {
    const headers = { Origin: "https://app.example.com", "Access-Control-Request-Method": "GET" };
    const answer = await app.call("OPTIONS", `/api/v2/things/${id}`, { headers });
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("https://app.example.com");
  });

  it("is in the document, the matrix and the typed client", async () => {
    const { body } = await app.get("/openapi.json");
    expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(["/api/v1/things/{id}", "/api/v2/things/{id}"]));
    expect(accessMatrix([readThing2])).toContain("`/api/v2/things/{id}`");
    const typed = createApp([readThing, readThing2], defaultDeps);
    const client = hc<typeof typed>("https://api.example.com", {
      fetch: (input: Request | URL | string, init?: RequestInit) => app.fetch(new Request(input, init)),
    });
    const answer = await client.api.v2.things[":id"].$get({ param: { id } });
    expectTypeOf(client.api.v1.things[":id"].$get).toBeFunction();
    expect(answer.status).toBe(200);
  });
});

describe("deprecated", () => {
  it("tells so in each answer, a refusal too, and nowhere else", async () => {
    for (const path of [id, missing, "nonsense"]) {
      const { headers } = await app.get(`/things/${path}`);
      expect(headers.get("Deprecation")).toBe("@1793491200");
      expect(headers.get("Sunset")).toBe("Mon, 31 May 2027 00:00:00 GMT");
    }
    const { headers } = await app.get(`/api/v2/things/${id}`);
    expect([headers.has("Deprecation"), headers.has("Sunset")]).toStrictEqual([false, false]);
  });

  it("is in the document and in the matrix", async () => {
    const { body } = await app.get("/openapi.json");
    const { get } = body.paths["/api/v1/things/{id}"];
    expect([get.deprecated, get["x-sunset"]]).toStrictEqual([true, "2027-05-31"]);
    expect(get.description).toBe("As it was. Deprecated since 2026-11-01, and may be gone after 2027-05-31.");
    for (const status of ["200", "404", "422", "429", "500"]) {
      expect(Object.keys(answersIn(body, get)[status]?.headers ?? {}), status).toEqual(
        expect.arrayContaining(["Deprecation", "Sunset"]),
      );
    }
    expect(accessMatrix([readThing])).toMatch(/readThing, deprecated +\|$/m);
  });

  it("is readable for a page of another origin", async () => {
    const headers = { Origin: "https://app.example.com" };
    const answer = await serve({ endpoints: [readThing], bindings }).get(`/things/${id}`, { headers });
    expect(answer.headers.get("Access-Control-Expose-Headers")).toMatch(/\bDeprecation\b.*\bSunset\b/);
  });
});
