import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createClient } from "../../client/src/index.ts";
import { api, aUser, serve } from "../harness.ts";
import { aClient, baseUrl, expired, losingTheFirst, password, password_hash, signedIn } from "./a-client.ts";
import { aStore } from "./store.ts";

describe("a session of the client", () => {
  it("signs in, knows who is signed in, and signs out", async () => {
    const user = await aUser({ password_hash });
    const store = aStore();
    const client = aClient({ store });
    const states: string[] = [];
    client.session.subscribe(() => states.push(client.session.state.status));
    expect(client.session.state).toStrictEqual({ status: "unknown" });
    expect(await client.session.start()).toStrictEqual({ status: "signed_out" });
    expect(client.calls).toStrictEqual([]);
    const wrong = await client.session.signIn({ username: user.username, password: "wrong" });
    expect(wrong.error?.code).toBe("invalid_grant");
    expect((await client.session.signIn({ username: user.username, password })).error).toBeUndefined();
    expect(client.session.state).toMatchObject({ status: "signed_in", user: { id: user.id } });
    expect((await client.GET("/api/v1/users/me")).data?.id).toBe(user.id);
    const { token } = store;
    await client.session.signOut();
    expect([client.session.state, store.token]).toStrictEqual([{ status: "signed_out" }, null]);
    expect(states).toStrictEqual(["signed_out", "signed_in", "signed_out"]);
    expect((await api.post("/auth/refresh", { json: { refresh_token: token } })).status).toBe(400);
    expect((await client.GET("/api/v1/users/me")).error?.code).toBe("not_authenticated");
  });

  it("restores an account that its user has deleted, and is signed in then", async () => {
    const { user, client } = await signedIn();
    const { username } = user;
    await client.POST("/api/v1/users/me/deletion", { body: { current_password: password } });
    expect((await client.session.signIn({ username, password })).error?.code).toBe("account_deleted");
    expect((await client.session.restore({ username, password: "wrong" })).error?.code).toBe("invalid_grant");
    expect((await client.session.restore({ username, password })).error).toBeUndefined();
    expect(client.session.state).toMatchObject({ status: "signed_in", user: { id: user.id } });
    expect((await client.GET("/api/v1/users/me")).data?.id).toBe(user.id);
  });

  it("goes on in another process, from the store, by one call", async () => {
    const store = aStore();
    const { user } = await signedIn({ store });
    const later = aClient({ store });
    expect(await later.session.start()).toMatchObject({ status: "signed_in", user: { id: user.id } });
    expect(later.calls).toStrictEqual(["/auth/resume"]);
    // Nobody has to call it: the first call of an endpoint does as well.
    const lazy = aClient({ store });
    expect((await lazy.GET("/api/v1/users/me")).data?.id).toBe(user.id);
    expect(lazy.calls).toStrictEqual(["/auth/resume", "/users/me"]);
  });

  it("promise 46: refreshes once for fifty calls whose token has expired, and repeats each with its body", async () => {
    let last: string | null = null;
    let old: string | null = "";
    const { client } = await signedIn({
      through: (request, next) => {
        last = request.headers.get("Authorization");
        return last === old ? expired(request, next) : next(request);
      },
    });
    await client.GET("/api/v1/users/me");
    old = last;
    const names = Array.from({ length: 50 }, (_, i) => `Ada ${i}`);
    const answers = await Promise.all(
      names.map((full_name) => client.PATCH("/api/v1/users/me", { body: { full_name } })),
    );
    expect(answers.map(({ data }) => data?.full_name)).toStrictEqual(names);
    expect(client.calls.filter((path) => path === "/auth/resume")).toHaveLength(1);
  });

  it("is signed out by a session that ended elsewhere, and says 401 once", async () => {
    const store = aStore();
    const { user, client } = await signedIn({ store });
    await api.delete("/auth/sessions", { token: user.token });
    const { error, response } = await client.GET("/api/v1/users/me");
    expect([response.status, error?.code]).toStrictEqual([401, "invalid_token"]);
    expect([client.session.state, store.token]).toStrictEqual([{ status: "signed_out" }, null]);
    expect(client.calls).toStrictEqual(["/users/me", "/auth/resume"]);
  });

  it("promise 46: stays signed in where a refresh meets a fault, of the server or of the network", async () => {
    const store = aStore();
    let fault: (() => Promise<Response>) | undefined;
    const { user, client } = await signedIn({
      store,
      through: (request, next) => {
        if (fault && request.url.endsWith("/auth/resume")) return fault();
        return fault ? expired(request, next) : next(request);
      },
    });
    fault = async () =>
      Response.json({ code: "database_unavailable" }, { status: 503, headers: { "Retry-After": "60" } });
    expect((await client.GET("/api/v1/users/me")).error).toStrictEqual({ code: "database_unavailable" });
    fault = () => Promise.reject(new TypeError("Failed to fetch"));
    await expect(client.DELETE("/api/v1/auth/sessions")).rejects.toThrow("Failed to fetch");
    expect(client.session.state.status).toBe("signed_in");
    fault = undefined;
    expect((await client.GET("/api/v1/users/me")).data?.id).toBe(user.id);
  });

  it("gets the same tokens again if the answer of a refresh is lost", async () => {
    const store = aStore();
    await signedIn({ store });
    const client = aClient({ store, through: losingTheFirst() });
    expect((await client.session.start()).status).toBe("signed_in");
    expect(client.calls).toStrictEqual(["/auth/resume", "/auth/resume"]);
  });

  it.each([503, 429])("waits out %s at the start of a page, as Retry-After says", async (status) => {
    const store = aStore();
    await signedIn({ store });
    let refusals = 0;
    const busy = () => new Response("{}", { status, headers: { "Retry-After": "0" } });
    const later = aClient({ store, through: async (request, next) => (refusals++ < 2 ? busy() : next(request)) });
    expect((await later.session.start()).status).toBe("signed_in");
    expect(refusals).toBe(3);
  });

  it("takes nothing from a refresh that was asked for before a sign-out", async () => {
    const store = aStore();
    await signedIn({ store });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const client = aClient({
      store,
      through: async (request, next) => {
        const answer = await next(request);
        if (request.url.endsWith("/auth/resume")) await held;
        return answer;
      },
    });
    const starting = client.session.start();
    await vi.waitFor(() => expect(client.calls).toStrictEqual(["/auth/resume"]));
    await client.session.signOut();
    release();
    await starting;
    expect([client.session.state, store.token]).toStrictEqual([{ status: "signed_out" }, null]);
  });

  it("repeats no call as somebody else", async () => {
    const other = await aUser({ password_hash });
    const asked = Promise.withResolvers<void>();
    let calls = 0;
    const { client } = await signedIn({
      through: (request, next) => {
        if (!request.url.endsWith("/users/me")) return next(request);
        calls += 1;
        asked.resolve();
        return Promise.resolve(new Response("{}", { status: 503, headers: { "Retry-After": "1" } }));
      },
    });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const waiting = expect(client.GET("/api/v1/users/me")).rejects.toThrow("The user has changed.");
    await asked.promise;
    await client.session.signIn({ username: other.username, password });
    await vi.advanceTimersByTimeAsync(2_000);
    await waiting;
    expect(calls).toBe(1);
  });

  it("signs out in the end where the server could not be told at first", async () => {
    const store = aStore();
    let isOffline = true;
    const { client } = await signedIn({
      store,
      through: (request, next) => {
        if (isOffline && request.url.endsWith("/auth/logout")) return Promise.reject(new TypeError("Failed to fetch"));
        return next(request);
      },
    });
    const { token } = store;
    await expect(client.session.signOut()).rejects.toThrow("Failed to fetch");
    expect([client.session.state, store.token]).toStrictEqual([{ status: "signed_out" }, null]);
    isOffline = false;
    await client.session.signOut();
    expect((await api.post("/auth/refresh", { json: { refresh_token: token } })).status).toBe(400);
  });

  it("tells the server of a sign-out once more where the connection was lost", async () => {
    const store = aStore();
    let isLost = true;
    const { client } = await signedIn({
      store,
      through: async (request, next) => {
        if (!isLost || !request.url.endsWith("/auth/logout")) return next(request);
        isLost = false;
        throw new TypeError("The connection was lost");
      },
    });
    const { token } = store;
    await client.session.signOut();
    expect(client.calls).toStrictEqual(["/auth/logout", "/auth/logout"]);
    expect((await api.post("/auth/refresh", { json: { refresh_token: token } })).status).toBe(400);
  });

  it("lets a caller give up while a refresh hangs, and sends no token elsewhere", async () => {
    const store = aStore("a token");
    const stop = new AbortController();
    const seen: (string | null)[] = [];
    const client = aClient({
      store,
      through: async (request, next) => {
        if (request.url.endsWith("/auth/resume")) return new Promise<Response>(() => {});
        seen.push(request.headers.get("Authorization"));
        return next(request);
      },
    });
    setTimeout(() => stop.abort(new Error("The page was left")), 50);
    await expect(client.GET("/api/v1/users/me", { signal: stop.signal })).rejects.toThrow("The page was left");
    const { client: known } = await signedIn({
      through: async (request, next) => {
        if (request.url.startsWith("https://elsewhere.example")) {
          seen.push(request.headers.get("Authorization"));
          return Response.json({});
        }
        return next(request);
      },
    });
    await known.GET("/api/v1/users/me", { baseUrl: "https://elsewhere.example" });
    expect(seen).toStrictEqual([null]);
  });

  it("asks nobody to refresh for a password that must be proved again", async () => {
    const store = aStore();
    const { client } = await signedIn({
      store,
      through: async (request, next) =>
        request.url.endsWith("/users/me")
          ? new Response("{}", {
              status: 401,
              headers: { "WWW-Authenticate": 'Bearer error="insufficient_user_authentication", max_age="600"' },
            })
          : next(request),
    });
    expect((await client.GET("/api/v1/users/me")).response.status).toBe(401);
    expect(client.calls).toStrictEqual(["/users/me"]);
  });

  it("sends no token to an endpoint that is open to anybody", async () => {
    const tokens: (string | null)[] = [];
    const { client } = await signedIn({
      through: (request, next) => {
        tokens.push(request.headers.get("Authorization"));
        return next(request);
      },
    });
    await client.GET("/health");
    expect(tokens.at(-1)).toBeNull();
  });

  it("refreshes nothing for such an endpoint, though a middleware sends another request in its place", async () => {
    const client = aClient({ store: aStore("a token") });
    client.use({ onRequest: ({ request }) => new Request(`${request.url}?`, request) });
    await client.GET("/.well-known/jwks.json");
    await client.POST("/api/v1/auth/password/forgot", { body: { email: "nobody@example.com" } });
    expect(client.calls).toStrictEqual(["/.well-known/jwks.json", "/auth/password/forgot"]);
  });
});

it("needs no session for an anonymous client", async () => {
  const app = serve();
  const client = createClient({ baseUrl: `${baseUrl}/`, fetch: app.fetch });
  expect((await client.GET("/health")).data).toStrictEqual({ status: "ok" });
  const { error } = await client.GET("/api/v1/users/me");
  expect(error?.code).toBe("not_authenticated");
});
