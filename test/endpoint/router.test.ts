import { TrieRouter } from "hono/router/trie-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import { RememberingRouter } from "../../src/endpoint/router.ts";

const routes = [
  ["ALL", "*"],
  ["GET", "/users"],
  ["GET", "/users/me"],
  ["GET", "/users/:id"],
  ["ALL", "/users/me"],
  ["POST", "/users/:id/restore"],
] as const;

function routerOf(router: TrieRouter<string> | RememberingRouter<string>) {
  for (const [method, path] of routes) router.add(method, path, `${method} ${path}`);
  return router;
}

afterEach(() => vi.restoreAllMocks());

describe("the router", () => {
  it.each([
    ["GET", "/users"],
    ["GET", "/users/me"],
    ["POST", "/users/me"],
    ["GET", "/users/1"],
    ["HEAD", "/users/me"],
    ["GET", "/nowhere"],
    ["POST", "/users/me/restore"],
  ])("finds for %s %s what Hono's own finds, each time", (method, path) => {
    const router = routerOf(new RememberingRouter());
    const expected = routerOf(new TrieRouter()).match(method, path);
    expect(router.match(method, path)).toStrictEqual(expected);
    expect(router.match(method, path)).toStrictEqual(expected);
  });

  it("searches once for a fixed path, and anew after a route was added", () => {
    const search = vi.spyOn(TrieRouter.prototype, "match");
    const router = routerOf(new RememberingRouter());
    for (let i = 0; i < 3; i++) router.match("GET", "/users/me");
    expect(search).toHaveBeenCalledTimes(1);
    router.add("GET", "/users/me", "added");
    expect(router.match("GET", "/users/me")[0].map(([handler]) => handler)).toContain("added");
  });

  it("remembers no path or method that a client made up", () => {
    const router = routerOf(new RememberingRouter());
    const search = vi.spyOn(TrieRouter.prototype, "match");
    for (const [method, path] of [
      ["MADEUP", "/users/me"],
      ["GET", "/users/1"],
      ["GET", "/made-up"],
    ] as const) {
      router.match(method, path);
      search.mockClear();
      router.match(method, path);
      expect(search, `${method} ${path}`).toHaveBeenCalledTimes(1);
    }
  });
});
