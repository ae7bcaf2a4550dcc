import { describe, expect, it, vi } from "vitest";
import { api, aUser } from "../harness.ts";
import { aClient, aGate, expired, password, password_hash, signedIn } from "./a-client.ts";
import { aStore } from "./store.ts";

/** A store whose methods throw while they are named in `failing`. */
function aFailingStore() {
  const store = aStore();
  const failing = new Set<"get" | "set" | "remove">();
  const fails = (name: "get" | "set" | "remove") => {
    if (failing.has(name)) throw new Error(`The store cannot ${name}.`);
  };
  const kept = {
    get: () => {
      fails("get");
      return store.get();
    },
    set: (token: string) => {
      fails("set");
      return store.set(token);
    },
    remove: () => {
      fails("remove");
      return store.remove();
    },
  };
  return { store, failing, kept };
}

describe("a store that fails", () => {
  it("leaves no spent token behind, which would end the session as a stolen one at the next start", async () => {
    const { store, failing, kept } = aFailingStore();
    let isExpired = false;
    const { client, user } = await signedIn({
      store: kept,
      through: (request, next) => (isExpired ? expired(request, next) : next(request)),
    });
    failing.add("set");
    isExpired = true;
    await client.GET("/api/v1/users/me");
    isExpired = false;
    expect(store.token).toBeNull();
    // The next start of the app, on a page of its own.
    const later = aClient({ store });
    expect(await later.session.start()).toStrictEqual({ status: "signed_out" });
    expect(later.calls).toStrictEqual([]);
    // This one goes on from memory.
    expect((await client.GET("/api/v1/users/me")).data?.id).toBe(user.id);
  });

  it("keeps the token of a sign-in, though an earlier write fails after it", async () => {
    const store = aStore();
    let fail = (_error: Error) => {};
    const slow = new Promise<void>((_resolve, reject) => {
      fail = reject;
    });
    let writes = 0;
    const { user } = await signedIn({ store });
    const set = (token: string) => (writes++ === 0 ? slow : store.set(token));
    const client = aClient({ store: { get: store.get, set, remove: store.remove } });
    const starting = client.session.start();
    await vi.waitFor(() => expect(writes).toBe(1));
    await client.session.signIn({ username: user.username, password });
    fail(new Error("The store is full."));
    await starting;
    expect(await aClient({ store }).session.start()).toMatchObject({ status: "signed_in", user: { id: user.id } });
  });

  it("goes on as who signed in last, though an earlier write lands after theirs", async () => {
    const store = aStore();
    await signedIn({ store });
    const [landing, ending] = [aGate(), aGate()];
    let writes = 0;
    const set = async (token: string) => {
      const isFirst = writes++ === 0;
      if (isFirst) await landing.opened;
      store.token = token;
      if (isFirst) await ending.opened;
    };
    let isExpired = false;
    const client = aClient({
      store: { get: store.get, set, remove: store.remove },
      through: (request, next) => {
        if (!isExpired || request.url.endsWith("/auth/resume")) return next(request);
        isExpired = false;
        return expired(request, next);
      },
    });
    const starting = client.session.start();
    await vi.waitFor(() => expect(writes).toBe(1));
    const { username, id } = await aUser({ password_hash });
    await client.session.signIn({ username, password });
    const { token } = store;
    landing.open();
    await vi.waitFor(() => expect(store.token).not.toBe(token));
    isExpired = true;
    expect((await client.GET("/api/v1/users/me")).data?.id).toBe(id);
    expect(client.calls.filter((path) => path === "/auth/resume")).toHaveLength(2);
    ending.open();
    await starting;
    await vi.waitFor(async () => expect(await aClient({ store }).session.start()).toMatchObject({ user: { id } }));
  });

  it("signs in for as long as the page is open where nothing can be written, and says so", async () => {
    const { store, failing, kept } = aFailingStore();
    for (const name of ["set", "remove"] as const) failing.add(name);
    const { username, id } = await aUser({ password_hash });
    const client = aClient({ store: kept });
    await expect(client.session.signIn({ username, password })).rejects.toThrow("The store cannot set.");
    expect(client.session.state).toMatchObject({ status: "signed_in", user: { id } });
    expect((await client.GET("/api/v1/users/me")).data?.id).toBe(id);
    expect(store.token).toBeNull();
  });

  it("signs nobody out where it cannot be read for now", async () => {
    const { failing, kept } = aFailingStore();
    const { user } = await signedIn({ store: kept });
    failing.add("get");
    const client = aClient({ store: kept });
    await expect(client.session.start()).rejects.toThrow("The store cannot get.");
    await expect(client.GET("/api/v1/users/me")).rejects.toThrow("The store cannot get.");
    expect(client.session.state).toStrictEqual({ status: "unknown" });
    failing.delete("get");
    expect(await client.session.start()).toMatchObject({ user: { id: user.id } });
  });

  it("does not keep a user from signing out, here and on the server", async () => {
    const { store, failing, kept } = aFailingStore();
    const { client } = await signedIn({ store: kept });
    const { token } = store;
    failing.add("get");
    await client.session.signOut();
    expect([client.session.state, store.token]).toStrictEqual([{ status: "signed_out" }, null]);
    expect((await api.post("/auth/refresh", { json: { refresh_token: token } })).status).toBe(400);
  });

  it("tells the server of a sign-out before it says that the token cannot be removed", async () => {
    const { store, failing, kept } = aFailingStore();
    const gate = aGate();
    let wasTold = false;
    const { client } = await signedIn({
      store: kept,
      through: async (request, next) => {
        if (!request.url.endsWith("/logout")) return next(request);
        await gate.opened;
        const answer = await next(request);
        wasTold = true;
        return answer;
      },
    });
    failing.add("remove");
    const leaving = expect(client.session.signOut())
      .rejects.toThrow("The store cannot remove.")
      .then(() => wasTold);
    await vi.waitFor(() => expect(client.session.state).toStrictEqual({ status: "signed_out" }));
    setTimeout(gate.open, 50);
    expect(await leaving).toBe(true);
    // The token that is left in the store opens nothing.
    expect(await aClient({ store }).session.start()).toStrictEqual({ status: "signed_out" });
  });

  it.each([
    ["an empty text", ""],
    ["a word", "undefined"],
    ["half a character", "\ud800"],
    ["a NUL", "a\u0000b"],
    ["a text that is too long", "x".repeat(1_001)],
    ["a number", 5],
    ["an object", { token: "x" }],
  ])("is taken for an empty one if it answers %s, and keeps the next token", async (_what, rubbish) => {
    const store = aStore();
    Object.assign(store, { token: rubbish });
    const client = aClient({ store });
    expect(await client.session.start()).toStrictEqual({ status: "signed_out" });
    const { username, id } = await aUser({ password_hash });
    await client.session.signIn({ username, password });
    expect(await aClient({ store }).session.start()).toMatchObject({ user: { id } });
  });
});
