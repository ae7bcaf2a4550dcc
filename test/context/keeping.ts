import { z } from "zod";
import { cached, evict, type Json } from "../../src/context/cached.ts";
import { Users } from "../../src/crud/users.ts";
import { endpoint, json } from "../../src/endpoint/endpoint.ts";
import { wholeNumber } from "../../src/schemas/parameters.ts";
import { serve } from "../harness.ts";

export const Shown = z.object({ value: z.unknown(), computed: z.int() });
const request = { query: z.object({ key: z.string(), seconds: wholeNumber({ min: 0, max: 1_000 }).default(60) }) };
export const said = {
  method: "get",
  tags: ["operations"],
  summary: "Show it",
  description: "Shows it.",
  request,
} as const;
export const responses = { 200: json(Shown, "It") };

/** Endpoints that keep what `value` answers, for each kind of caller, and count how often it was asked. */
export function keeping(value: (of: string) => Json | Promise<Json>, deps: Parameters<typeof serve>[0] = {}) {
  let computed = 0;
  const compute = async (of: string) => {
    computed += 1;
    return value(of);
  };
  const own = (access: "user" | "admin") =>
    endpoint({ ...said, path: `/${access}/own`, operationId: `${access}Own`, access, responses }, async (c) => {
      const { db, run, user } = c.var;
      const shown = await cached(c.var, c.req.valid("query"), async () => {
        await run(Users.find(db, user.id, user));
        return compute(user.id);
      });
      return c.json(Shown.parse({ value: shown, computed }), 200);
    });
  const ownByKey = endpoint(
    {
      ...{ ...said, path: "/key/own", operationId: "keyOwn", access: "user", responses },
      ...{ callers: ["user", "key"], permission: "items:read" },
    },
    async (c) => {
      const { db, run, user } = c.var;
      const shown = await cached(c.var, c.req.valid("query"), async () => {
        await run(Users.find(db, user.id, user));
        return compute(user.id);
      });
      return c.json(Shown.parse({ value: shown, computed }), 200);
    },
  );
  const ofEverybody = async (
    context: Parameters<typeof cached>[0],
    { key, seconds }: { key: string; seconds: number },
  ) => {
    const shown = await cached(context, { key, seconds, per: "everybody" }, () => compute("everybody"));
    return Shown.parse({ value: shown, computed });
  };
  const sharedByUsers = endpoint(
    { ...said, path: "/user/shared", operationId: "userShared", access: "user", responses },
    async (c) => c.json(await ofEverybody(c.var, c.req.valid("query")), 200),
  );
  const sharedByAll = endpoint(
    { ...said, path: "/public/shared", operationId: "publicShared", access: "public", roundTrips: 0, responses },
    async (c) => {
      // @ts-expect-error: a stranger has nothing of their own
      void (() => cached(c.var, { key: "", seconds: 1 }, async () => 1));
      const { key, seconds } = c.req.valid("query");
      const shown = await cached(c.var, { key, seconds, per: "everybody" }, () => compute("everybody"));
      return c.json(Shown.parse({ value: shown, computed }), 200);
    },
  );
  const forgetting = endpoint(
    { ...said, method: "post", path: "/forget", operationId: "forget", access: "user", responses },
    async (c) => {
      const { db, run, user } = c.var;
      await run(Users.find(db, user.id, user));
      const { key } = c.req.valid("query");
      await evict(c.var, { key });
      await evict(c.var, { key, per: "everybody" });
      return c.json(Shown.parse({ value: null, computed }), 200);
    },
  );
  const endpoints = [own("user"), own("admin"), ownByKey, sharedByUsers, sharedByAll, forgetting];
  return { ...serve({ endpoints, ...deps }), count: () => computed };
}
