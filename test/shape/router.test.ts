import { describe, expect, it } from "vitest";
import { routerData } from "../../dev/shapes/data.ts";
import type { LogEntry } from "../../src/log.ts";
import { type Route, routerWorker, type Wait } from "../../src/shape/router.ts";

const routes: Route[] = [
  ["GET", "/users/me", "USERS"],
  ["GET", "/users/:id", "USERS"],
  ["DELETE", "/users/:id", "ADMIN"],
  ["POST", "/organizations", "ORGANIZATIONS"],
  ["GET", "/organizations/:id", "ORGANIZATIONS"],
  ["GET", "/organizations/:id/items", "ITEMS"],
  ["POST", "/organizations/:id/items", "WRITERS"],
];
const data = routerData({ base: { name: "base", binding: "BASE", endpoints: [] }, others: [], routes });
const lines: LogEntry[] = [];
const router = routerWorker(data, (line) => void lines.push(line));

/** A part that tells its name and what it received. */
const telling = (name: string) => ({
  fetch: async (request: Request) => {
    const { method, url, headers } = request;
    return Response.json({ name, method, url, address: headers.get("CF-Connecting-IP"), body: await request.text() });
  },
});
const names = ["USERS", "ADMIN", "ORGANIZATIONS", "ITEMS", "WRITERS", "BASE"];
const parts = Object.fromEntries(names.map((name) => [name, telling(name)]));

const ask = (method: string, path: string, bindings: Record<string, unknown> = parts, init: RequestInit = {}) =>
  router.fetch(new Request(`https://api.example.com${path}`, { method, ...init }), bindings);

async function partFor(method: string, path: string): Promise<string> {
  const { name } = await (await ask(method, path)).json<{ name: string }>();
  return name;
}

describe("the router", () => {
  it.each([
    ["GET", "/users/me", "USERS"],
    ["HEAD", "/users/7", "USERS"],
    ["DELETE", "/users/7", "ADMIN"],
    ["GET", "/organizations/7/items", "ITEMS"],
    ["POST", "/organizations/7/items", "WRITERS"],
    ["GET", "/organizations/7/items/", "ITEMS"],
    ["GET", "/organizations/%37/%69tems", "ITEMS"],
    ["GET", "/organizations/a%2Fb/items?x=/users/me", "ITEMS"],
    ["GET", "/organizations/%E0%A4%A/items", "ITEMS"],
  ])("hands %s %s to %s", async (method, path, part) => {
    expect((await ask(method, path)).status).toBe(200);
    if (method !== "HEAD") expect(await partFor(method, path)).toBe(part);
  });

  it.each([
    ["DELETE", "/users/me", "a fixed path is no parameter of another"],
    ["PUT", "/users/7", "no part has the method"],
    ["OPTIONS", "/users/7", "the methods of a path may be in several parts"],
    ["GET", "/organizations/a/b/items", "no part has the path"],
    ["GET", "/", "no part has the path"],
    ["get", "/nowhere", "no part has the path"],
    ["PROPFIND", "/users/7", "no part has the method"],
  ])("leaves %s %s to the base: %s", async (method, path) => {
    expect(await partFor(method, path)).toBe("BASE");
  });

  it("passes the request on as it is: URL, headers and body", async () => {
    const headers = { "CF-Connecting-IP": "192.0.2.7" };
    const answer = await ask("POST", "/organizations/7/items?a=1", parts, { body: "all of it", headers });
    expect(await answer.json()).toStrictEqual({
      name: "WRITERS",
      method: "POST",
      url: "https://api.example.com/organizations/7/items?a=1",
      address: "192.0.2.7",
      body: "all of it",
    });
  });

  it("passes bodies on as they flow, in both directions", async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const echo = { fetch: async ({ body }: Request) => new Response(body) };
    const answer = await ask("POST", "/organizations", { ORGANIZATIONS: echo }, { body: readable });
    const writer = writable.getWriter();
    const reader = answer.body?.getReader();
    for (const text of ["first", "second"]) {
      // The second part is written after the first one has come back.
      const [read] = await Promise.all([reader?.read(), writer.write(new TextEncoder().encode(text))]);
      expect(new TextDecoder().decode(read?.value)).toBe(text);
    }
    await writer.close();
    expect((await reader?.read())?.done).toBe(true);
  });

  it("asks for TLS by TLS alone", async () => {
    const answers = ["https://api.example.com", "http://localhost:8787"].map(async (origin) => {
      const answer = await router.fetch(new Request(`${origin}/users/me`), { ...parts, USERS: undefined });
      return answer.headers.has("Strict-Transport-Security");
    });
    expect(await Promise.all(answers)).toStrictEqual([true, false]);
  });

  const failing = { fetch: () => Promise.reject(new Error("Worker exceeded memory limit")) };

  it.each([
    ["throws", { ...parts, USERS: failing }, "overloaded", "3"],
    ["is not bound", { ...parts, USERS: undefined }, "misconfigured", "60"],
  ])(
    "promise 50: answers 503 as a problem where a part %s, and no other part suffers",
    async (_how, bindings, code, seconds) => {
      const headers = { "X-Request-Id": "mine-1" };
      const answer = await ask("GET", "/users/me", bindings, { headers });
      expect(answer.status).toBe(503);
      expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
      expect(answer.headers.get("Retry-After")).toBe(seconds);
      expect(answer.headers.get("X-Request-Id")).toBe("mine-1");
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
      expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
      const body = await answer.json<Record<string, unknown>>();
      expect(body).toMatchObject({ type: "about:blank", title: "Service Unavailable", status: 503, code });
      expect(body.request_id).toBe("mine-1");
      expect(JSON.stringify(body)).not.toContain("memory");
      expect(lines.at(-1)).toMatchObject({ level: "error", message: "router", binding: "USERS", request_id: "mine-1" });
      expect((await ask("GET", "/organizations/7/items", bindings)).status).toBe(200);
    },
  );

  /** Stands in for a Worker that waits for something that never comes. */
  const hanging = (read: (request: Request) => Promise<unknown>) => ({
    fetch: async (request: Request): Promise<Response> => {
      await read(request);
      return new Promise(() => undefined);
    },
  });
  const impatient = (wait: Wait) => routerWorker({ ...data, wait }, (line) => void lines.push(line));
  const long = 3_600;

  it.each([
    ["has no body", "GET", undefined, { answer: 0.05, body: long }, hanging(async () => undefined)],
    ["was read", "POST", "all of it", { answer: 0.025, body: 0.025 }, hanging((request) => request.text())],
    ["was not read", "POST", "all of it", { answer: 0.025, body: 0.025 }, hanging(async () => undefined)],
  ])(
    "promise 50: answers 503 as a problem where a part hangs and the request %s, and no other part suffers",
    async (_which, method, body, wait, hung) => {
      const bindings = { ...parts, USERS: hung, ORGANIZATIONS: hung };
      const headers = { "X-Request-Id": "mine-2" };
      const path = method === "GET" ? "/users/me" : "/organizations";
      const request = new Request(`https://api.example.com${path}`, { method, headers, ...(body && { body }) });
      const answer = await impatient(wait).fetch(request, bindings);
      expect([answer.status, answer.headers.get("Retry-After")]).toStrictEqual([503, "3"]);
      expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
      expect(await answer.json()).toMatchObject({ code: "overloaded", request_id: "mine-2" });
      expect(lines.at(-1)).toMatchObject({
        level: "error",
        status: 503,
        request_id: "mine-2",
        cause: { error: "Late" },
      });
      const other = new Request("https://api.example.com/organizations/7/items");
      expect((await impatient(wait).fetch(other, bindings)).status).toBe(200);
    },
  );

  it("gives a part up that hangs, and lets an answer that has begun go on for as long as it takes", async () => {
    let wasGivenUp = false;
    const hung = {
      fetch: (_request: Request, init?: RequestInit) =>
        new Promise<Response>(() =>
          init?.signal?.addEventListener("abort", () => {
            wasGivenUp = true;
          }),
        ),
    };
    const wait = { answer: 0.02, body: 0.02 };
    const ask = (part: object) =>
      impatient(wait).fetch(new Request("https://api.example.com/users/me"), { ...parts, USERS: part });
    expect((await ask(hung)).status).toBe(503);
    expect(wasGivenUp).toBe(true);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    let isGivenUp = false;
    const streaming = {
      fetch: async (_request: Request, init?: RequestInit) => {
        init?.signal?.addEventListener("abort", () => {
          isGivenUp = true;
        });
        return new Response(readable);
      },
    };
    const answer = await ask(streaming);
    await new Promise((resolve) => setTimeout(resolve, 3 * wait.answer * 1_000));
    const writer = writable.getWriter();
    const sent = writer.write(new TextEncoder().encode("late")).then(() => writer.close());
    expect([await answer.text(), isGivenUp]).toStrictEqual(["late", false]);
    await sent;
  });

  it("hands a body on with its size, and without one as it comes", async () => {
    const told = {
      fetch: async ({ headers, body }: Request) =>
        Response.json({
          size: headers.get("Content-Length"),
          bytes: (await new Response(body).arrayBuffer()).byteLength,
        }),
    };
    const headers = { "Content-Length": "9" };
    const sized = await ask("POST", "/organizations", { ORGANIZATIONS: told }, { body: "all of it", headers });
    expect(await sized.json()).toStrictEqual({ size: "9", bytes: 9 });
    const unsized = await ask("POST", "/organizations", { ORGANIZATIONS: told }, { body: "all of it" });
    expect(await unsized.json()).toStrictEqual({ size: null, bytes: 9 });
  });

  it("answers 503 where the base is missing, whatever was asked", async () => {
    expect((await ask("OPTIONS", "/nowhere", {})).status).toBe(503);
    expect(await (await ask("HEAD", "/nowhere", {})).text()).toBe("");
  });

  it("lets pages of listed origins alone read its refusals", async () => {
    const bindings = { ALLOWED_ORIGINS: "https://a.example.com, https://b.example.com" };
    const from = (Origin: string) => ask("GET", "/users/me", bindings, { headers: { Origin } });
    const listed = await from("https://b.example.com");
    expect(listed.headers.get("Access-Control-Allow-Origin")).toBe("https://b.example.com");
    expect(listed.headers.get("Access-Control-Allow-Credentials")).toBe("true");
    expect(listed.headers.get("Access-Control-Expose-Headers")).toContain("Retry-After");
    const other = await from("https://c.example.com");
    expect([...other.headers.keys()].filter((name) => name.startsWith("access-control"))).toStrictEqual([]);
    for (const answer of [listed, other]) expect(answer.headers.get("Vary")).toBe("Origin");
  });

  it("makes an id for a request whose own is none", async () => {
    const headers = { "X-Request-Id": "no id <script>" };
    const { request_id } = await (await ask("GET", "/users/me", {}, { headers })).json<{ request_id: string }>();
    expect(request_id).toMatch(/^[0-9a-f-]{36}$/);
  });
});
