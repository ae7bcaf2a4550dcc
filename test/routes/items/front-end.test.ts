import { describe, expect, it } from "vitest";
import {
  changing,
  createClient,
  fieldErrors,
  ifMatch,
  inStore,
  ProblemError,
  pages,
  type Retries,
  unwrap,
  withKey,
} from "../../../client/src/index.ts";
import { infinite, mutation, query } from "../../../client/src/tanstack.ts";
import { aKey, api, aUser, quickHash } from "../../harness.ts";

const password = "correct horse battery";
const password_hash = quickHash(password);

type Fetch = (request: Request) => Promise<Response>;
/** A signed-in client whose calls of items go `through` this. */
async function aClient(
  through: (request: Request, next: Fetch) => Promise<Response> = (request, next) => next(request),
  retries?: Retries,
) {
  const user = await aUser({ password_hash });
  let token: string | null = null;
  const client = createClient({
    baseUrl: "https://api.example.com",
    session: inStore({
      get: () => token,
      set: (next) => {
        token = next;
      },
      remove: () => {
        token = null;
      },
    }),
    ...(retries && { retries }),
    fetch: (request) => (request.url.includes("/items") ? through(request, api.fetch) : api.fetch(request)),
  });
  await client.session.signIn({ username: user.username, password });
  return { client, user };
}

describe("the client repeats what does no harm", () => {
  it("promise 47: makes one item where the answers of a create were lost", async () => {
    const keys = new Set<string | null>();
    let losses = 2;
    const { client, user } = await aClient(async (request, next) => {
      keys.add(request.headers.get("Idempotency-Key"));
      const answer = await next(request);
      if (losses-- > 0) throw new TypeError("The connection was lost");
      return answer;
    });
    const { data } = await client.POST("/api/v1/items", { body: { title: "Once" } });
    expect([data?.title, keys.size]).toStrictEqual(["Once", 1]);
    expect((await api.as(user).get("/items")).body.items).toHaveLength(1);
  });

  it.each<[string, number, number]>([
    ["a read, after 503", 503, 3],
    ["a read, after 429", 429, 3],
    ["no read, after 500", 500, 1],
  ])("%s", async (_what, status, attempts) => {
    let calls = 0;
    const { client } = await aClient(async () => {
      calls += 1;
      return Response.json({ code: "x" }, { status, headers: { "Retry-After": "0" } });
    });
    expect((await client.GET("/api/v1/items")).response.status).toBe(status);
    expect(calls).toBe(attempts);
  });

  it("no write without a key, after 503 or a lost connection", async () => {
    const { client, user } = await aClient();
    const { body: item } = await api.as(user).post("/items", { title: "Before" });
    let calls = 0;
    const { client: broken } = await aClient(async () => {
      calls += 1;
      if (calls === 2) throw new TypeError("The connection was lost");
      return Response.json({ code: "database_unavailable" }, { status: 503, headers: { "Retry-After": "0" } });
    });
    const change = () =>
      broken.PATCH("/api/v1/items/{id}", { params: { path: { id: item.id } }, body: { title: "After" } });
    expect((await change()).response.status).toBe(503);
    await expect(change()).rejects.toThrow("lost");
    expect(calls).toBe(2);
    expect((await client.GET("/api/v1/items/{id}", { params: { path: { id: item.id } } })).data?.title).toBe("Before");
  });

  it("waits no longer than it may, and stops where the caller does", async () => {
    let calls = 0;
    const late = async () => {
      calls += 1;
      return Response.json({ code: "too_many_requests" }, { status: 429, headers: { "Retry-After": "5" } });
    };
    const { client: hasty } = await aClient(late, { longestWait: 1_000 });
    expect((await hasty.GET("/api/v1/items")).error?.code).toBe("too_many_requests");
    expect(calls).toBe(1);
    const { client } = await aClient(late);
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("The page was left")), 50);
    await expect(client.GET("/api/v1/items", { signal: stop.signal })).rejects.toThrow("The page was left");
    expect(calls).toBe(2);
  });
});

describe("the client's helpers", () => {
  it("reads all pages of a list, each when it is needed", async () => {
    let calls = 0;
    const { client, user } = await aClient((request, next) => {
      calls += 1;
      return next(request);
    });
    for (let i = 0; i < 5; i++) await api.as(user).post("/items", { title: `Item ${i}` });
    const titles: string[] = [];
    for await (const item of pages(client, "/api/v1/items", { params: { query: { limit: 2, sort: "created_at" } } })) {
      titles.push(item.title);
      if (titles.length === 3) expect(calls).toBe(2);
    }
    expect(titles).toStrictEqual(["Item 0", "Item 1", "Item 2", "Item 3", "Item 4"]);
    const refused = pages(client, "/api/v1/items", { params: { query: { q: "" } } });
    await expect(refused.next()).rejects.toBeInstanceOf(ProblemError);
  });

  it("changes the version that was read, and shows the current row beside a conflict", async () => {
    const { client, user } = await aClient();
    await api.as(user).post("/items", { title: "Draft" });
    const [item] = unwrap(await client.GET("/api/v1/items")).items;
    if (!item) throw new Error("There is no item");
    const params = { path: { id: item.id } };
    const change = (title: string) =>
      changing(
        client.PATCH("/api/v1/items/{id}", { params: { ...params, header: ifMatch(item) }, body: { title } }),
        () => client.GET("/api/v1/items/{id}", { params }),
      );
    const first = await change("Mine");
    expect([first.data?.title, first.current]).toStrictEqual(["Mine", undefined]);
    const second = await change("Theirs");
    expect(second.error?.code).toBe("precondition_failed");
    expect(second.current?.title).toBe("Mine");
    expect(second.current?.etag).toBe(first.data?.etag);
  });

  it("puts the errors of a form beside their fields", async () => {
    const { client } = await aClient();
    const { error } = await client.POST("/api/v1/users", { body: { email: "x", username: "ü", password: "short" } });
    const fields = fieldErrors(error);
    expect(Object.keys(fields).toSorted()).toStrictEqual(["email", "password", "username"]);
    expect(fields.password?.[0]).toMatchObject({ type: "string_too_short", ctx: { min: 8 } });
    expect(fieldErrors(undefined)).toStrictEqual({});
  });

  it("throws problems where a promise is wanted, also those of a proxy", async () => {
    const { client } = await aClient();
    const params = { path: { id: "00000000-0000-7000-8000-000000000000" } };
    const error = await client
      .GET("/api/v1/items/{id}", { params })
      .then(unwrap)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ problem: { code: "not_found" }, message: "Not found.", response: { status: 404 } });
    const { client: behind } = await aClient(async () => new Response("<h1>Bad gateway</h1>", { status: 403 }));
    await expect(behind.GET("/api/v1/items").then(unwrap)).rejects.toThrow(
      "The server answered 403, but no JSON of the API.",
    );
  });

  it("makes options for TanStack Query", async () => {
    const { client, user } = await aClient();
    const signal = new AbortController().signal;
    const create = mutation(client, "post", "/api/v1/items");
    for (const title of ["One", "Two", "Three"])
      expect((await create.mutationFn({ body: { title } })).title).toBe(title);
    const me = query(client, "/api/v1/users/me");
    expect(me.queryKey).toStrictEqual(["get", "/api/v1/users/me", {}]);
    expect((await me.queryFn({ signal })).username).toBe(user.username);
    const list = infinite(client, "/api/v1/items", { params: { query: { limit: 2 } } });
    const first = await list.queryFn({ signal, pageParam: list.initialPageParam });
    const cursor = list.getNextPageParam(first);
    const second = await list.queryFn({ signal, pageParam: cursor });
    expect([first.items.length, second.items.length, list.getNextPageParam(second)]).toStrictEqual([2, 1, undefined]);
    await expect(create.mutationFn({ body: { title: "" } })).rejects.toBeInstanceOf(ProblemError);
  });

  it("calls by an API key instead, and never asks for a session", async () => {
    const ada = await aUser();
    const { token: key } = await aKey({ user_id: ada.id });
    const client = createClient({ baseUrl: "https://api.example.com", session: withKey(key), fetch: api.fetch });
    expect(unwrap(await client.GET("/api/v1/items")).items).toStrictEqual([]);
    const refused = await client.GET("/api/v1/users/me");
    expect(refused.response.status).toBe(401);
  });
});
