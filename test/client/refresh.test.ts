import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "../harness.ts";
import { aClient, expired, losingTheFirst, signedIn, type Through } from "./a-client.ts";
import { aStore } from "./store.ts";

afterEach(() => vi.useRealTimers());

const busy = () =>
  Response.json(
    { code: "overloaded" },
    { status: 503, headers: { "Retry-After": "0", "Content-Type": "application/problem+json" } },
  );
const onRefresh =
  (answer: () => Response | Promise<Response>): Through =>
  async (request, next) =>
    request.url.endsWith("/auth/resume") ? answer() : next(request);

/** Starts a session whose server refuses this often and then knows nobody. Tells when each attempt arrived, in milliseconds. */
async function startRefused(times: number, refuse: () => Response, takes = 0): Promise<number[]> {
  vi.useFakeTimers();
  const began = Date.now();
  const sent: number[] = [];
  const through: Through = async () => {
    await new Promise((resolve) => setTimeout(resolve, takes));
    sent.push(Date.now() - began);
    return sent.length <= times ? refuse() : new Response(null, { status: 204 });
  };
  const starting = expect(aClient({ store: aStore("a token"), through }).session.start()).resolves.toStrictEqual({
    status: "signed_out",
  });
  await vi.advanceTimersByTimeAsync(30_000);
  await starting;
  return sent;
}
const refusal = (status: number, seconds: string, code?: string) => () =>
  Response.json({ code }, { status, headers: { "Retry-After": seconds } });

describe("a refresh of the client", () => {
  it.each(["it hangs", "its answer is lost"])(
    "is repeated only while the server forgives it, where %s",
    async (how) => {
      vi.useFakeTimers();
      const sent: number[] = [];
      const began = Date.now();
      const client = aClient({
        store: aStore("a token"),
        retries: { attempts: 9 },
        through: (request) => {
          sent.push(Date.now() - began);
          return new Promise((_, reject) => {
            if (how === "it hangs") request.signal.addEventListener("abort", () => reject(request.signal.reason));
            else setTimeout(() => reject(new TypeError("The connection was lost")), 3_000);
          });
        },
      });
      const call = expect(client.GET("/api/v1/users/me")).rejects.toThrow(/did not answer|lost/);
      await vi.advanceTimersByTimeAsync(60_000);
      await call;
      expect(sent).toHaveLength(2);
      // With four seconds for the way.
      expect(Math.max(...sent) + 4_000).toBeLessThan(10_000);
      expect(client.session.state.status).toBe("unknown");
    },
  );

  it("comes through a network that takes ten seconds for each answer, and so does a sign-out", async () => {
    const store = aStore();
    const { user } = await signedIn({ store });
    const tokens = await api.post("/auth/resume", { json: { refresh_token: store.token } });
    vi.useFakeTimers();
    const client = aClient({
      store,
      through: (request) =>
        new Promise((resolve, reject) => {
          request.signal.addEventListener("abort", () => reject(request.signal.reason));
          const answer = request.url.endsWith("/auth/resume")
            ? Response.json(tokens.body)
            : new Response(null, { status: 204 });
          setTimeout(() => resolve(answer), 10_000);
        }),
    });
    const starting = client.session.start();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await starting).toMatchObject({ status: "signed_in", user: { id: user.id } });
    const leaving = client.session.signOut();
    await vi.advanceTimersByTimeAsync(15_000);
    await leaving;
    expect(client.calls).toStrictEqual(["/auth/resume", "/auth/resume", "/auth/logout"]);
  });

  it("is given up in the end by a `fetch` that heeds no signal, so that a sign-in need not wait for it", async () => {
    vi.useFakeTimers();
    const client = aClient({ store: aStore("a token"), through: () => new Promise(() => {}) });
    const starting = expect(client.session.start()).rejects.toThrow("The server did not answer.");
    await vi.advanceTimersByTimeAsync(25_000);
    await starting;
    expect(client.calls).toStrictEqual(["/auth/resume", "/auth/resume"]);
  });

  it("waits longer than that after 429, which did nothing", async () => {
    const sent = await startRefused(2, refusal(429, "9"));
    expect(sent).toHaveLength(3);
    expect(sent[2]).toBeGreaterThanOrEqual(18_000);
  });

  it.each(["overloaded", "not_ready"])("waits as long as the server asks after %s, which did nothing", async (code) => {
    const sent = await startRefused(2, refusal(503, "5", code));
    expect(sent).toHaveLength(3);
    expect(sent[2]).toBeGreaterThanOrEqual(10_000);
  });

  it("is repeated while the server forgives it, where a database that may have begun asks for a longer wait", async () => {
    // The answer takes a while, and so a wait of five seconds would end too late.
    const sent = await startRefused(1, refusal(503, "5", "database_unavailable"), 300);
    expect(sent).toHaveLength(2);
    expect(Math.max(...sent)).toBeLessThan(6_000);
  });

  it("fails by the server's last answer where its repetition would come too late", async () => {
    vi.useFakeTimers();
    const random = vi.spyOn(Math, "random").mockReturnValue(1);
    const client = aClient({
      store: aStore("a token"),
      retries: { attempts: 9 },
      through: async () =>
        Response.json({ code: "database_unavailable" }, { status: 503, headers: { "Retry-After": "5" } }),
    });
    const call = client.GET("/api/v1/users/me");
    await vi.advanceTimersByTimeAsync(30_000);
    random.mockRestore();
    expect((await call).error?.code).toBe("database_unavailable");
    expect(client.calls.length).toBeGreaterThan(1);
  });

  it("fails no call and sends no spent token where the store takes no new one", async () => {
    const store = aStore();
    let isFull = false;
    let isExpired = false;
    const { client, user } = await signedIn({
      store: {
        ...store,
        get: () => store.token,
        set: (token) => {
          if (isFull) throw new Error("The store is full.");
          return store.set(token);
        },
      },
      through: async (request, next) => (isExpired ? expired(request, next) : next(request)),
    });
    isFull = true;
    // The second refresh is by the token that the first one got.
    for (const _ of [1, 2]) {
      isExpired = true;
      await client.GET("/api/v1/users/me");
      isExpired = false;
      expect((await client.GET("/api/v1/users/me")).data?.id).toBe(user.id);
    }
    const { token } = store;
    isFull = false;
    isExpired = true;
    await client.GET("/api/v1/users/me");
    expect(store.token).not.toBe(token);
    await expect(aClient({ store }).session.start()).resolves.toMatchObject({ user: { id: user.id } });
  });

  it("repeats a lost answer even for a client that repeats no calls", async () => {
    const store = aStore();
    await signedIn({ store });
    const client = aClient({ store, retries: { attempts: 1 }, through: losingTheFirst() });
    expect((await client.session.start()).status).toBe("signed_in");
  });

  it("promise 46: fails each call that waits for it by the same problem, a read as well as a write", async () => {
    const client = aClient({ store: aStore("a token"), through: onRefresh(busy) });
    const starting = expect(client.session.start()).rejects.toThrow("The server answered 503.");
    const write = () => client.POST("/api/v1/organizations", { body: { name: "One", slug: "one" } });
    const change = () => client.DELETE("/api/v1/auth/sessions");
    const read = () => client.GET("/api/v1/users/me");
    const answers = await Promise.all([change(), read(), write(), change(), read()]);
    await starting;
    expect(answers.map(({ error }) => error?.code)).toStrictEqual(Array(5).fill("overloaded"));
    expect(client.calls).toStrictEqual(Array(3).fill("/auth/resume"));
  });

  it("ends no session by an error, whoever answers it", async () => {
    const store = aStore();
    let page: Response | undefined;
    const { user, client } = await signedIn({
      store,
      through: (request, next) => {
        if (page && request.url.endsWith("/auth/resume")) return Promise.resolve(page.clone());
        return page ? expired(request, next) : next(request);
      },
    });
    for (const status of [400, 401, 403, 407]) {
      page = new Response("<h1>Authorization Required</h1>", { status, headers: { "Content-Type": "text/html" } });
      const { response, error } = await client.GET("/api/v1/users/me");
      expect([response.status, error?.code]).toStrictEqual([status, "unreadable"]);
    }
    // A page that signs users in to a network.
    page = new Response("<h1>Welcome</h1>", { headers: { "Content-Type": "text/html" } });
    const { response, error } = await client.GET("/api/v1/users/me");
    expect([response.status, error?.code]).toStrictEqual([502, "unreadable"]);
    page = undefined;
    expect((await client.GET("/api/v1/users/me")).data?.id).toBe(user.id);
  });

  it("does not take a proxy's 401 for the end of a session that it signs out of", async () => {
    let isProxied = true;
    const { client } = await signedIn({
      through: async (request, next) =>
        isProxied && request.url.endsWith("/auth/logout")
          ? new Response("<h1>No</h1>", { status: 401 })
          : next(request),
    });
    await expect(client.session.signOut()).rejects.toThrow("The server answered 401.");
    isProxied = false;
    await client.session.signOut();
    expect(client.calls).toStrictEqual(["/auth/logout", "/auth/logout"]);
  });
});
