import { describe, expect, it } from "vitest";
import { z } from "zod";
import { endpoint, json } from "../../src/endpoint/endpoint.ts";
import { ApiError, notFound } from "../../src/errors.ts";
import { Id } from "../../src/schemas/common.ts";
import { called } from "../calls.ts";
import { aUser, serve, unique } from "../harness.ts";
import { anotherKey, holdStranger } from "../strangers.ts";

const named = called.filter(
  ({ endpoint: { policy, route } }) => policy.access !== "public" && route.path.includes("{"),
);

describe("promise 11: a stranger gets the same answer", () => {
  it.each(named)("by $operationId, whether or not there is such a thing", ({ endpoint, make }) =>
    holdStranger(endpoint, make),
  );
});

/** The rows of these tests: by their keys, and of their owners. */
const shops: { key: string; owner_id: string; id: string; sold: number }[] = [];
const Shop = z.object({ key: z.string(), id: Id.optional(), sold: z.int() });

const said = {
  path: "/shops/{key}",
  tags: ["operations"],
  summary: "Show a shop",
  description: "Shows it.",
  access: "user",
  request: { params: z.object({ key: z.string().regex(/^[a-z0-9-]+$/) }) },
  responses: { 200: json(Shop, "It") },
  errors: ["not_found"],
} as const;

type Found = { key: string; id?: string; sold: number } | undefined;
/** An endpoint whose path names what it is about by this key, and the call of one who has sold something there. */
function shopBy(key: string, find: (key: string, userId: string) => Found, method: "get" | "patch" | "delete" = "get") {
  const answer = (key: string, { id }: { id: string }) => Shop.parse(find(key, id) ?? notFound());
  const showShop = endpoint({ ...said, method: "get", operationId: "showShop" }, async (c) => {
    await c.var.run();
    return c.json(answer(c.req.valid("param").key, c.var.user), 200);
  });
  const changeShop = endpoint({ ...said, method: "patch", operationId: "changeShop" }, async (c) => {
    await c.var.run();
    return c.json(answer(c.req.valid("param").key, c.var.user), 200);
  });
  const closeShop = endpoint(
    { ...said, method: "delete", operationId: "closeShop", responses: { 204: { description: "Closed" } } },
    async (c) => {
      await c.var.run();
      const found = find(c.req.valid("param").key, c.var.user.id);
      if (found) shops.splice(0, shops.length, ...shops.filter((shop) => shop.id !== found.id));
      return c.body(null, 204);
    },
  );
  const make =
    (sold: number, more = {}) =>
    async () => {
      const { id: owner_id, token } = await aUser();
      if (sold > 0) shops.push({ key, owner_id, id: owner_id, sold });
      return { path: `/shops/${key}`, token, ...more };
    };
  const one = { get: showShop, patch: changeShop, delete: closeShop }[method];
  const endpoints = [showShop, changeShop, closeShop];
  const app = serve({ endpoints });
  return { make, hold: (own: ReturnType<typeof make>) => holdStranger(one, own, { app, endpoints }) };
}

const of = (key: string, userId?: string) =>
  shops.filter((shop) => shop.key === key && (userId === undefined || shop.owner_id === userId));
const sum = (some: typeof shops) => some.reduce((total, { sold }) => total + sold, 0);
const hiding = ({ key, sold }: { key: string; sold: number }) => ({ key, sold });

describe("the test of strangers, where a path names no id", () => {
  it.each([
    ["read", (key: string) => of(key).at(-1), "get"],
    ["read without its id", (key: string) => of(key).slice(-1).map(hiding)[0], "get"],
    ["changed", (key: string) => of(key).slice(-1).map(hiding)[0], "patch"],
    ["deleted", (key: string) => of(key).at(-1), "delete"],
  ] as const)("finds another's row that is %s by its slug", async (_, find, method) => {
    const { make, hold } = shopBy(unique("shop"), find, method);
    await expect(hold(make(7))).rejects.toThrow(/stranger/);
  });

  it("finds a month that counts the rows of others", async () => {
    const { make, hold } = shopBy("2026-11", (key) => ({ key, sold: sum(of(key)) }));
    await expect(hold(make(7))).rejects.toThrow(/stranger/);
  });

  it.each(["get", "patch", "delete"] as const)("lets a month be of each caller's own, by %s", async (method) => {
    const { make, hold } = shopBy("2026-10", (key, userId) => ({ key, sold: sum(of(key, userId)) }), method);
    for (const sold of [7, 0]) await hold(make(sold));
  });

  it("lets a month have no answer where it is not one", async () => {
    const { make, hold } = shopBy("2026-09", (key, userId) => {
      if (key === "2026-00") throw new ApiError("not_found");
      return { key, sold: sum(of(key, userId)) };
    });
    await hold(make(7));
  });

  it("lets a slug be of each caller's own", async () => {
    const { make, hold } = shopBy("corner", (key, userId) => of(key, userId)[0]);
    for (let i = 0; i < 2; i += 1) await hold(make(7));
  });

  it("lets anybody see what is nobody's own, where the call says so", async () => {
    const { make, hold } = shopBy("eur", (key) => (key === "eur" ? { key, sold: 1 } : undefined));
    await expect(hold(make(0))).rejects.toThrow(/isAnybodys/);
    await hold(make(0, { isAnybodys: true }));
  });

  it.each([
    ["2026-11", "2026-10"],
    ["2026-10", "2026-11"],
    ["no-name", "no-nama"],
    ["EUR", "EUA"],
    ["a", "b"],
    ["a.b-", "a.a-"],
  ])("asks for %s and %s", (key, other) => {
    expect(anotherKey(key)).toBe(other);
  });
});
