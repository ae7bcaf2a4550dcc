import { describe, expect, it, vi } from "vitest";
import { createClient, fieldErrors, inCookie, inStore, pages } from "../../client/src/index.ts";
import { aStore } from "./store.ts";

const baseUrl = "https://api.example.com";

/** The milliseconds before each repetition of a read whose server always answers 503 with this `Retry-After`. */
async function waitsFor(retryAfter: string, headers: Record<string, string> = {}): Promise<number[]> {
  const times: number[] = [];
  const client = createClient({
    baseUrl,
    fetch: async () => {
      times.push(Date.now());
      return new Response(null, { status: 503, headers: { ...headers, "Retry-After": retryAfter } });
    },
  });
  const reading = client.GET("/api/v1/users/me");
  await vi.runAllTimersAsync();
  expect((await reading).response.status).toBe(503);
  return times.slice(1).map((time, i) => time - (times[i] ?? 0));
}

describe("the client waits before it repeats a call,", () => {
  it.each([
    ["seconds", "2"],
    ["a date", "Thu, 26 Nov 2026 09:00:02 GMT"],
  ])("by a Retry-After in %s", async (_what, retryAfter) => {
    vi.useFakeTimers({ now: new Date("2026-11-26T09:00:00Z"), toFake: ["Date", "setTimeout", "clearTimeout"] });
    const [first = 0] = await waitsFor(retryAfter).finally(() => vi.useRealTimers());
    expect(first).toBeGreaterThanOrEqual(2_000);
    expect(first).toBeLessThanOrEqual(2_250);
  });

  it("by the server's clock where it is told, and ten seconds at the longest", async () => {
    vi.useFakeTimers({ now: new Date("2026-11-26T12:00:00Z"), toFake: ["Date", "setTimeout", "clearTimeout"] });
    const served = { Date: "Thu, 26 Nov 2026 09:00:00 GMT" };
    const until = (time: string) => waitsFor(`Thu, 26 Nov 2026 ${time} GMT`, served);
    const waits = [await until("09:00:10"), await until("09:00:11"), await waitsFor("10")];
    vi.useRealTimers();
    expect(waits.map(({ length }) => length)).toStrictEqual([2, 0, 2]);
  });

  it.each(["-5", "", "soon", "1.5", "+3", "-1e3"])("as long as without one, if it is %j", async (retryAfter) => {
    vi.useFakeTimers({ now: new Date("2026-11-26T09:00:00Z"), toFake: ["Date", "setTimeout", "clearTimeout"] });
    const waits = await waitsFor(retryAfter).finally(() => vi.useRealTimers());
    expect(waits).toHaveLength(2);
    for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(200);
  });

  it("never, if the time that it names is too far away", async () => {
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
    expect(await waitsFor("999999999999").finally(() => vi.useRealTimers())).toStrictEqual([]);
  });
});

describe("the client answers the code `unreadable`", () => {
  const json = { "Content-Type": "application/json" };
  const cases: [what: string, body: string, headers: Record<string, string>][] = [
    ["a page", "<h1>Bad gateway</h1>", { "Content-Type": "text/html" }],
    ["a gateway's JSON", '{"message":"Forbidden"}', json],
    ["a problem that was cut off", '{"code":"forb', { "Content-Type": "application/problem+json" }],
    ["nothing", "", { ...json, "Content-Length": "0" }],
    ["null", "null", json],
  ];

  it.each(cases)("for %s in place of a problem", async (_what, body, headers) => {
    const fetch = async () => new Response(body, { status: 403, headers });
    const { error, response } = await createClient({ baseUrl, fetch }).GET("/api/v1/users/me");
    const detail = "The server answered 403, but no JSON of the API.";
    expect(error).toMatchObject({ code: "unreadable", status: 403, title: "Unreadable", detail, request_id: "" });
    expect([response.status, response.headers.has("Content-Length")]).toStrictEqual([403, false]);
  });

  const successes: [what: string, status: number, body: string, headers: Record<string, string>][] = [
    ["a hotel's page", 200, "<h1>Welcome</h1>", { "Content-Type": "text/html", "Content-Length": "16" }],
    ["a page of no length", 200, "<h1>Welcome</h1>", { "Content-Type": "text/html" }],
    ["JSON that was cut off", 200, '{"items":[', json],
    ["nothing", 200, "", { "Content-Length": "0" }],
    ["nothing", 201, "", {}],
  ];
  it.each(successes)("for %s in place of JSON, with %d", async (_what, status, body, headers) => {
    const fetch = async () => new Response(body, { status, headers });
    const client = createClient({ baseUrl, fetch });
    const { data, error, response } = await client.GET("/api/v1/users/me");
    const detail = `The server answered ${status}, but no JSON of the API.`;
    expect([data, error]).toMatchObject([undefined, { code: "unreadable", status: 502, title: "Unreadable", detail }]);
    expect([response.ok, response.status, response.headers.get("Content-Type")]).toStrictEqual([
      false,
      502,
      headers["Content-Type"] ?? "text/plain;charset=UTF-8",
    ]);
    await expect(pages(client, "/api/v1/api-keys").next()).rejects.toThrow(detail);
  });

  it("for no page that is asked for as a text, nor for an answer that says by its status that it has nothing", async () => {
    let answer = new Response("<h1>Docs</h1>");
    const client = createClient({ baseUrl, fetch: async () => answer });
    expect((await client.GET("/api/v1/docs", { parseAs: "text" })).data).toBe("<h1>Docs</h1>");
    for (const status of [202, 204]) {
      answer = new Response(null, { status });
      const { error, response } = await client.POST("/api/v1/users/me/email", {
        body: { email: "a@example.com", current_password: "x" },
      });
      expect([error, response.status]).toStrictEqual([undefined, status]);
    }
    answer = new Response("null");
    expect((await client.GET("/api/v1/users/me")).data).toBeNull();
  });

  it("for a page in place of a sign-in or a refresh, also to a call that wants no JSON, and signs nobody out", async () => {
    const fetch = async () => new Response("<h1>Welcome</h1>");
    const store = aStore("a token");
    const client = createClient({ baseUrl, fetch, session: inStore(store) });
    expect((await client.session.signIn({ username: "ada", password: "x" })).error?.code).toBe("unreadable");
    const { error } = await client.GET("/api/v1/users/me/export", { parseAs: "blob" });
    expect(error?.code).toBe("unreadable");
    await expect(client.session.start()).rejects.toThrow("The server answered 502.");
    expect([client.session.state.status, store.token]).toStrictEqual(["unknown", "a token"]);
  });

  it.each(["null", "true", "[]", '"a token"', "{}"])(
    "for %s in place of tokens, and signs nobody out",
    async (body) => {
      const fetch = async () => new Response(body, { headers: json });
      const store = aStore("a token");
      const { session } = createClient({ baseUrl, fetch, session: inStore(store) });
      const { error } = await session.signIn({ username: "ada", password: "x" });
      expect(error).toMatchObject({ code: "unreadable", status: 502 });
      await expect(session.start()).rejects.toThrow("The server answered 502.");
      expect([session.state.status, store.token]).toStrictEqual(["unknown", "a token"]);
    },
  );

  it("to a sign-in, and signs nobody out by such a 401", async () => {
    const fetch = async () => Response.json({ message: "Unauthorized" }, { status: 401 });
    const { session } = createClient({ baseUrl, fetch, session: inStore(aStore()) });
    expect((await session.signIn({ username: "ada", password: "x" })).error?.code).toBe("unreadable");
    await expect(session.signOut()).rejects.toThrow("The server answered 401.");
  });
});

describe("the client", () => {
  it.each(["", ".", "..", undefined, null])("refuses %j as a part of a path, by its name", async (id) => {
    let calls = 0;
    const fetch = async () => Response.json({ calls: calls++ });
    const { DELETE } = createClient({ baseUrl, fetch });
    const path = { organization_id: "x", user_id: id as string };
    const ending = DELETE("/api/v1/organizations/{organization_id}/members/{user_id}", { params: { path } });
    await expect(ending).rejects.toThrow("The path has no user_id.");
    expect(calls).toBe(0);
  });

  it.each(["...", "a/b", "a?b#c", "50%", "ä+ü", "{id}", "..%2f..", "$&"])("sends %j whole", async (id) => {
    let url = "";
    const fetch = async (request: Request) => {
      url = request.url;
      return Response.json({});
    };
    await createClient({ baseUrl, fetch }).GET("/api/v1/users/{id}", { params: { path: { id } } });
    expect(url).toBe(`${baseUrl}/api/v1/users/${encodeURIComponent(id)}`);
  });

  it("starts where the browser refuses a channel to the other tabs, since it may keep nothing for the page", async () => {
    vi.stubGlobal("document", {});
    vi.stubGlobal("BroadcastChannel", function refused() {
      throw new DOMException("The operation is insecure.", "SecurityError");
    });
    const fetch = async () => new Response(null, { status: 204 });
    const { session } = createClient({ baseUrl, fetch, session: inCookie() });
    expect(await session.start().finally(() => vi.unstubAllGlobals())).toStrictEqual({ status: "signed_out" });
  });
});

describe("fieldErrors", () => {
  it("has a field of each name that the server gives", () => {
    const errors = ["__proto__", "constructor", "title"].map((name) => {
      return { loc: ["body", name], msg: "Field not allowed", type: "extra_forbidden" as const };
    });
    expect(Object.entries(fieldErrors({ errors }))).toStrictEqual(errors.map((error) => [error.loc[1], [error]]));
  });
});
