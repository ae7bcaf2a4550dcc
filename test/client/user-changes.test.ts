import { describe, expect, it, vi } from "vitest";
import { createClient, inStore, type TokenStore } from "../../client/src/index.ts";
import { api, aUser } from "../harness.ts";
import { aClient, aGate, baseUrl, expired, password, password_hash, signedIn } from "./a-client.ts";
import { aStore } from "./store.ts";

/** A store whose writes end when their gate opens. */
function aSlowStore(store = aStore()) {
  const slow: { set?: Promise<void>; remove?: Promise<void> } = {};
  const set = async (token: string) => {
    await slow.set;
    store.token = token;
  };
  const remove = async () => {
    await slow.remove;
    store.token = null;
  };
  return Object.assign(slow, { store, kept: { get: () => store.token, set, remove } satisfies TokenStore });
}

const busy = () => Response.json({ code: "overloaded" }, { status: 503, headers: { "Retry-After": "0" } });

describe("a change of the user", () => {
  it("promise 46: carries out no call of a user as another, whose session a refresh finds", async () => {
    const store = aStore();
    const other = aStore();
    const { user: bob } = await signedIn({ store: other });
    let isExpired = false;
    const { client, user: ada } = await signedIn({
      store,
      through: (request, next) => (isExpired ? expired(request, next) : next(request)),
    });
    const { turn } = client.session;
    const turns: number[] = [];
    client.session.subscribe(() => turns.push(client.session.turn));
    // Signed in on another site of the API, which shares the cookie and no channel.
    store.token = other.token;
    isExpired = true;
    const writing = client.PATCH("/api/v1/users/me", { body: { full_name: "Ada" } });
    await expect(writing).rejects.toThrow("The user has changed.");
    expect(client.calls).toStrictEqual(["/users/me", "/auth/resume"]);
    expect(client.session.state).toMatchObject({ status: "signed_in", user: { id: bob.id } });
    expect(turns).toStrictEqual([turn + 1]);
    isExpired = false;
    expect((await client.GET("/api/v1/users/me")).data?.id).toBe(bob.id);
    expect((await api.as(bob).get("/users/me")).body.full_name).not.toBe("Ada");
    expect(ada.id).not.toBe(bob.id);
  });

  it("keeps its turn over refreshes of the same user", async () => {
    let isExpired = false;
    const { client, user } = await signedIn({
      through: (request, next) => (isExpired ? expired(request, next) : next(request)),
    });
    const { turn } = client.session;
    isExpired = true;
    await client.GET("/api/v1/users/me");
    isExpired = false;
    expect((await client.GET("/api/v1/users/me")).data?.id).toBe(user.id);
    expect(client.session.turn).toBe(turn);
  });

  it("leaves nobody signed in by a token that was stored too late", async () => {
    const slow = aSlowStore();
    await signedIn({ store: slow.store });
    const client = aClient({ store: slow.kept });
    const gate = aGate();
    slow.set = gate.opened;
    const starting = client.session.start();
    await vi.waitFor(() => expect(client.session.state.status).toBe("signed_in"));
    await client.session.signOut();
    expect([client.session.state.status, slow.store.token]).toStrictEqual(["signed_out", null]);
    gate.open();
    await starting;
    expect([client.session.state.status, slow.store.token]).toStrictEqual(["signed_out", null]);
  });

  it("refreshes for no call that begins while the token is being removed", async () => {
    const slow = aSlowStore();
    const { client } = await signedIn({ store: slow.kept });
    const gate = aGate();
    slow.remove = gate.opened;
    const leaving = client.session.signOut();
    await vi.waitFor(() => expect(client.session.state.status).toBe("signed_out"));
    expect((await client.GET("/api/v1/users/me")).error?.code).toBe("not_authenticated");
    gate.open();
    await leaving;
    expect([client.session.state.status, slow.store.token]).toStrictEqual(["signed_out", null]);
    expect(client.calls).not.toContain("/auth/resume");
  });

  it("keeps the token of a sign-in that overtakes a slow removal", async () => {
    const slow = aSlowStore();
    const { client } = await signedIn({ store: slow.kept });
    const { username, id } = await aUser({ password_hash });
    const gate = aGate();
    slow.remove = gate.opened;
    const leaving = client.session.signOut();
    await vi.waitFor(() => expect(client.session.state.status).toBe("signed_out"));
    await client.session.signIn({ username, password });
    gate.open();
    await leaving;
    const later = aClient({ store: slow.store });
    expect(await later.session.start()).toMatchObject({ status: "signed_in", user: { id } });
  });

  it("refreshes nothing while somebody signs in, and takes up what waited if that fails", async () => {
    const store = aStore();
    const { user } = await signedIn({ store });
    const gate = aGate();
    let entering: ReturnType<typeof client.session.signIn> | undefined;
    const client = aClient({
      store,
      through: async (request, next) => {
        if (request.url.includes("/auth/login")) await gate.opened;
        if (!request.url.endsWith("/auth/resume") || entering !== undefined) return next(request);
        entering = client.session.signIn({ username: user.username, password: "wrong" });
        return busy();
      },
    });
    const starting = client.session.start();
    const reading = client.GET("/api/v1/users/me");
    await vi.waitFor(() => expect(client.calls).toContain("/auth/login"));
    // Longer than the repetition of the refresh waits.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(client.calls).toStrictEqual(["/auth/resume", "/auth/login"]);
    gate.open();
    expect((await entering)?.error?.code).toBe("invalid_grant");
    expect(await starting).toMatchObject({ status: "signed_in", user: { id: user.id } });
    expect((await reading).data?.id).toBe(user.id);
    expect(client.calls).toStrictEqual(["/auth/resume", "/auth/login", "/auth/resume", "/users/me"]);
  });

  it.each([
    ["the server is busy", async () => busy()],
    ["the connection is lost", () => Promise.reject(new TypeError("The connection was lost"))],
  ])("starts as who has signed in meanwhile, where %s", async (_what, fails) => {
    const store = aStore();
    await signedIn({ store });
    const { username, id } = await aUser({ password_hash });
    let entering: ReturnType<typeof client.session.signIn> | undefined;
    const client = aClient({
      store,
      through: async (request, next) => {
        if (!request.url.endsWith("/auth/resume") || entering !== undefined) return next(request);
        entering = client.session.signIn({ username, password });
        return fails();
      },
    });
    const starting = client.session.start();
    expect(await starting).toMatchObject({ status: "signed_in", user: { id } });
    expect(client.calls).toStrictEqual(["/auth/resume", "/auth/login"]);
  });

  it("signs in only after a sign-out or a refresh under way was answered, whose cookie would take the new one away", async () => {
    const gates = { "/auth/resume": aGate(), "/auth/logout": aGate() };
    const store = aStore();
    const { user } = await signedIn({ store });
    const client = aClient({
      store,
      through: async (request, next) => {
        const path = new URL(request.url).pathname.replace("/api/v1", "");
        if (path === "/auth/resume" || path === "/auth/logout") await gates[path].opened;
        return next(request);
      },
    });
    const starting = client.session.start();
    await vi.waitFor(() => expect(client.calls).toStrictEqual(["/auth/resume"]));
    const leaving = client.session.signOut();
    await vi.waitFor(() => expect(client.calls).toStrictEqual(["/auth/resume", "/auth/logout"]));
    const entering = client.session.signIn({ username: user.username, password });
    for (const path of ["/auth/logout", "/auth/resume"] as const) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(client.calls).not.toContain("/auth/login");
      gates[path].open();
    }
    await Promise.all([starting, leaving, entering]);
    expect(client.session.state.status).toBe("signed_in");
    expect(client.calls.filter((path) => path === "/auth/login")).toHaveLength(1);
  });

  it("signs in after a sign-out that nobody waited for, and stays signed in", async () => {
    const gate = aGate();
    const { client } = await signedIn({
      through: async (request, next) => {
        if (request.url.endsWith("/auth/logout")) await gate.opened;
        return next(request);
      },
    });
    const { username, id } = await aUser({ password_hash });
    const leaving = client.session.signOut();
    const entering = client.session.signIn({ username, password });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(client.calls).toStrictEqual(["/auth/logout"]);
    gate.open();
    await Promise.all([leaving, entering]);
    expect(client.session.state).toMatchObject({ status: "signed_in", user: { id } });
  });

  it("signs out at once while a sign-in hangs, which ends, and lets the next one through", async () => {
    vi.useFakeTimers();
    try {
      const store = aStore("a token");
      const client = aClient({
        store,
        through: async (request) => {
          if (!request.url.includes("/auth/login")) return new Response(null, { status: 204 });
          return new Promise(() => {});
        },
      });
      const credentials = { username: "ada", password };
      const both = [client.session.signIn(credentials), client.session.signIn(credentials)];
      const failing = Promise.all(
        both.map((entering) => expect(entering).rejects.toThrow("The server did not answer")),
      );
      const leaving = client.session.signOut();
      await vi.advanceTimersByTimeAsync(0);
      expect([client.session.state.status, store.token]).toStrictEqual(["signed_out", null]);
      await vi.advanceTimersByTimeAsync(60_000);
      await Promise.all([failing, leaving]);
      expect(client.calls).toStrictEqual(["/auth/login", "/auth/login", "/auth/logout"]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is signed out by a sign-out that was asked for during a sign-in", async () => {
    const gate = aGate();
    const store = aStore();
    const { username } = await aUser({ password_hash });
    let given: { refresh_token?: string } = {};
    const client = aClient({
      store,
      through: async (request, next) => {
        const answer = await next(request);
        if (!request.url.includes("/auth/login")) return answer;
        await gate.opened;
        given = await answer.clone().json();
        return answer;
      },
    });
    const entering = client.session.signIn({ username, password });
    await vi.waitFor(() => expect(client.calls).toStrictEqual(["/auth/login"]));
    const leaving = client.session.signOut();
    gate.open();
    await Promise.all([entering, leaving]);
    expect([client.session.state.status, store.token]).toStrictEqual(["signed_out", null]);
    expect(given.refresh_token).toBeTypeOf("string");
    expect((await api.post("/auth/refresh", { json: given })).status).toBe(400);
  });
});

it.each(["https://API.example.com", "https://api.example.com:443", "https://api.example.com//"])(
  "sends credentials to %s, however it is spelt",
  async (spelt) => {
    const { username, id } = await aUser({ password_hash });
    const client = createClient({ baseUrl: spelt, session: inStore(aStore()), fetch: api.fetch });
    await client.session.signIn({ username, password });
    expect((await client.GET("/api/v1/users/me")).data?.id).toBe(id);
    expect((await client.GET("/api/v1/users/me", { baseUrl })).data?.id).toBe(id);
  },
);
