import { Hono } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import { secureHeaders } from "hono/secure-headers";
import { describe, expect, it } from "vitest";
import { endpoint, json } from "../../src/endpoint/endpoint.ts";
import { ApiError } from "../../src/errors.ts";
import { headersOfSecure, securityHeaders } from "../../src/middleware/answer-headers.ts";
import { Health } from "../../src/schemas/health.ts";
import { api, serve } from "../harness.ts";

/** Headers of Hono's `secureHeaders` that no answer of an API has a use for. */
const useless = {
  "X-DNS-Prefetch-Control": "never a standard, and of pages alone",
  "X-Download-Options": "of Internet Explorer",
  "X-Permitted-Cross-Domain-Policies": "of Flash",
  "X-XSS-Protection": "of a filter that no browser has any more",
};
/** They keep a page apart from the windows of others, and answers of data are no pages. */
const ofPages = { "Cross-Origin-Opener-Policy": "same-origin", "Origin-Agent-Cluster": "?1" };

describe("the headers of every answer", () => {
  it("are all that Hono's secureHeaders sets and that do something", async () => {
    const hono = new Hono().use(secureHeaders()).get("/", (c) => c.body(null));
    const { headers } = await hono.request("/");
    const all = new Headers({ ...securityHeaders, ...headersOfSecure, ...useless, ...ofPages });
    for (const [name] of headers) expect(all.has(name), name).toBe(true);
    const answers = [await api.get("/health"), await api.get("/nowhere"), await api.get("/users/me")];
    for (const answer of answers) {
      expect(Object.fromEntries(answer.headers)).toMatchObject(lowerCased(securityHeaders));
      for (const name of Object.keys({ ...useless, ...ofPages })) expect(answer.headers.has(name), name).toBe(false);
    }
  });

  it("have browsers use TLS alone if the request did, and a request without it changes nothing", async () => {
    const name = "Strict-Transport-Security";
    const valueOver = async (scheme: string, path: string) =>
      (await api.fetch(new Request(`${scheme}://api.example.com${path}`))).headers.get(name);
    // From the endpoint, from its refusal, from the cache and from no endpoint.
    for (const path of ["/health", "/api/v1/users/me", "/api/v1/public/items", "/api/v1/public/items", "/nowhere"]) {
      expect(await valueOver("https", path), path).toBe(headersOfSecure[name]);
      expect(await valueOver("http", path), path).toBeNull();
    }
  });

  it("are joined by those of pages wherever the answer is one", async () => {
    const description = "A page of one's own.";
    const own = endpoint(
      {
        ...{ method: "get", path: "/page", operationId: "page", tags: ["operations"], summary: "Page", description },
        access: "public",
        responses: { 200: { description: "The page", content: { "text/html": { schema: { type: "string" } } } } },
      },
      (c) => c.html("<!doctype html><title>Page</title>"),
    );
    for (const { headers } of [await api.get("/api/v1/docs"), await serve({ endpoints: [own] }).get("/page")]) {
      expect(Object.fromEntries(headers)).toMatchObject(lowerCased({ ...securityHeaders, ...ofPages }));
    }
  });
});

describe("the headers of a problem", () => {
  const failing = (thrown: unknown) =>
    endpoint(
      {
        ...{ method: "post", path: "/fail", operationId: "fail", tags: ["operations"], summary: "Fail" },
        ...{ description: "Fails late.", access: "public", roundTrips: 0, errors: ["conflict"] },
        responses: { 201: json(Health, "Made", "Location", "Content-Disposition", "Link") },
      },
      (c) => {
        c.header("Location", "/api/v1/things/1");
        c.header("ETag", '"1"');
        c.header("Link", '</next>; rel="next"');
        c.header("Cache-Control", "public, max-age=60");
        c.header("Content-Disposition", 'attachment; filename="a.csv"');
        c.header("Content-Length", "3");
        c.header("Vary", "Accept-Language");
        c.header("X-Of-The-Handler", "1");
        c.header("Retry-After", "1");
        setCookie(c, "session", "secret", { maxAge: 1_000 });
        setCookie(c, "trick", "; Max-Age=0", { path: "/Max-Age=0", maxAge: 10 });
        deleteCookie(c, "one");
        deleteCookie(c, "two");
        throw thrown;
      },
    );
  const names = ["location", "etag", "link", "content-disposition", "x-of-the-handler", "retry-after"];

  it.each<[number, unknown]>([
    [409, new ApiError("conflict")],
    [500, new TypeError("a mistake")],
  ])("are none of the answer that failed: %i", async (status, thrown) => {
    const app = serve({ endpoints: [failing(thrown)], mayFail: true });
    for (const origin of ["https://app.example.com", "https://stranger.example"]) {
      const response = await app.fetch(
        new Request("https://api.example.com/api/v1/fail", { method: "POST", headers: { Origin: origin } }),
      );
      const text = await response.text();
      expect([response.status, JSON.parse(text).request_id]).toStrictEqual([status, expect.any(String)]);
      const { headers } = response;
      // The server on Node adds that of this body.
      expect([null, String(text.length)]).toContain(headers.get("Content-Length"));
      expect(names.filter((name) => headers.has(name))).toStrictEqual([]);
      expect([headers.get("Cache-Control"), headers.get("Vary")]).toStrictEqual(["no-store", "Origin"]);
      expect(headers.get("Content-Type")).toBe("application/problem+json");
      // Ends cookies, and sets none.
      expect(headers.getSetCookie().map((cookie) => cookie.replace(/=.*/, ""))).toStrictEqual(["one", "two"]);
      const isListed = origin === "https://app.example.com";
      expect(headers.get("Access-Control-Allow-Origin")).toBe(isListed ? origin : null);
      expect(headers.has("Access-Control-Expose-Headers")).toBe(isListed);
      expect(Object.fromEntries(headers)).toMatchObject(lowerCased(securityHeaders));
    }
  });
});

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

describe("c.var", () => {
  it("is one object for the whole request, which shows what was set", async () => {
    const seen: unknown[] = [];
    const look = endpoint(
      {
        ...{ method: "get", path: "/look", operationId: "look", tags: ["operations"], summary: "Look" },
        ...{ description: "Looks at its context.", access: "public", responses: { 200: json(Health, "Seen") } },
      },
      (c) => {
        const before = c.var;
        c.set("outbox", ["a"]);
        seen.push(before === c.var, before.outbox, c.get("outbox"), c.get("requestId") === before.requestId);
        return c.json({ status: "ok" } as const, 200);
      },
    );
    await serve({ endpoints: [look] }).get("/look");
    expect(seen).toStrictEqual([true, ["a"], ["a"], true]);
  });
});
