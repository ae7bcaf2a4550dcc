import type { Hono } from "hono";
import { hc } from "hono/client";
import type { ExtractSchema } from "hono/types";
import { expectTypeOf } from "vitest";
import type { Routes } from "../../client/src/hono.ts";
import type { App } from "../../src/index.ts";

/** The statuses of each operation. */
type Statuses<Schema> = {
  [Path in keyof Schema]: {
    [Method in keyof Schema[Path]]: Schema[Path][Method] extends infer One
      ? One extends { status: infer Status }
        ? Status
        : never
      : never;
  };
};
// Made from the document, it has the operations of the source, which is less exact about what is no JSON.
expectTypeOf<keyof Routes>().toEqualTypeOf<keyof ExtractSchema<App>>();
expectTypeOf<Statuses<Routes>>().toExtend<Statuses<ExtractSchema<App>>>();

const { users, auth } = hc<Hono<object, Routes>>("https://api.example.com").api.v1;

const listed = await users.$get({ query: { q: "ada", limit: 2 } });
if (listed.status === 200) {
  const [user] = (await listed.json()).items;
  expectTypeOf(user?.username).toEqualTypeOf<string | undefined>();
  // @ts-expect-error: a misspelt field of an answer
  user?.usrname;
}
await users.$get();
// @ts-expect-error: a misspelt parameter
await users.$get({ query: { limits: 2 } });

const json = { email: "ada@example.com", username: "ada", password: "correct horse battery" };
await users.$post({ json });
// @ts-expect-error: a password is required
await users.$post({ json: { email: "ada@example.com", username: "ada" } });
// @ts-expect-error: a misspelt field of a body
await users.$post({ json: { ...json, fullname: "Ada" } });
// @ts-expect-error: a method that the path does not have
await users.$put({ json });
// @ts-expect-error: a misspelt path
await hc<Hono<object, Routes>>("https://api.example.com").api.v1.usrs.$get();

const param = { id: "" };
const changed = await users[":id"].$patch({ param, header: { "If-Match": "*" }, json: { full_name: "Ada" } });
if (changed.status === 412) expectTypeOf((await changed.json()).code).toEqualTypeOf<"precondition_failed">();
// A header may be left out, or be given beside the call.
await users[":id"].$patch({ param, json: {} }, { headers: { "If-Match": "*" } });
// @ts-expect-error: a misspelt header
await users[":id"].$patch({ param, header: { "If-Matches": "*" }, json: {} });
// @ts-expect-error: the id is required
await users[":id"].$patch({ json: {} });

await auth.login.$post({ query: { include: ["user"] }, json: { username: "ada", password: "secret" } });
// A body that may be left out.
await auth.resume.$post();
