/**
 * Finds query parameters that a declaration takes and its handler forgets: every caller believes in a filter that is none.
 * Finds lists, too, that show some rows of many in no order.
 */
import { sql } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { Statement } from "../../src/context/types.ts";
import type { Database } from "../../src/db/client.ts";
import { users } from "../../src/db/schema.ts";
import { type Endpoint, endpoint, json } from "../../src/endpoint/endpoint.ts";
import { type Call, called, send } from "../calls.ts";
import { exampleOf, type Parameter, parametersOf, resolved, type Schema } from "../examples.ts";
import { api, aUser, serve } from "../harness.ts";

/** Parameters such as `listOrders currency` that change neither a statement nor the body of an answer. */
const apart: string[] = [];
/** The parameters of every list, which test/house/words.test.ts holds. */
const ofPages = ["cursor", "limit"];

/** The values to try, as a URL has them. */
function textsOf(given: Schema): string[] {
  const { enum: all, type, items } = resolved(given);
  if (all) return all.map(String);
  if (items) return textsOf(items);
  return type === "boolean" ? ["true", "false"] : [String(exampleOf(given))];
}

/** The answer to a call, and what was sent to the database for it. */
async function watched(one: Endpoint, call: Call, app: ReturnType<typeof serve>) {
  const fetching = vi.spyOn(globalThis, "fetch");
  const answer = await send(one, call, app);
  const asked = fetching.mock.calls.map(([, init]) => String(init?.body));
  fetching.mockRestore();
  return { answer, asked };
}

/** The statements and the answer of a call, without the ids, times and hashes that each call has of its own. */
async function traceOf(one: Endpoint, call: Call, app: ReturnType<typeof serve>) {
  const { answer, asked } = await watched(one, call, app);
  const { status, body, text } = answer;
  const trace = JSON.stringify([asked, { ...Object(body ?? text), next_cursor: undefined }]);
  const own = /[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d[T ][\d:.]+(Z|[+-]\d\d(:\d\d)?)|[\w+/-]{43,}=*|\b\d{10,}\b/g;
  return { isSuccess: status < 300, trace: trace.replaceAll(own, "…") };
}

/** True if no value of this parameter makes a difference, which a call without it shows. */
async function isForgotten(one: Endpoint, { name, schema }: Parameter, call: Call, app = api): Promise<boolean> {
  const [path = "", query] = call.path.split("?");
  const withValue = (value?: string) => {
    const given = new URLSearchParams(query);
    given.delete(name);
    if (value !== undefined) given.set(name, value);
    return traceOf(one, { ...call, path: `${path}?${given}` }, app);
  };
  // Fills caches, so that the next call is like those after it.
  await withValue();
  const without = await withValue();
  const traces = [];
  for (const value of textsOf(schema)) traces.push(await withValue(value));
  const tried = traces.filter(({ isSuccess }) => isSuccess);
  return without.isSuccess && tried.length > 0 && tried.every(({ trace }) => trace === without.trace);
}

const parameters = called
  .filter(({ endpoint }) => endpoint.route.method === "get")
  .flatMap(({ endpoint, make, operationId }) =>
    parametersOf(endpoint, "query")
      .filter(({ name, required }) => !required && !ofPages.includes(name))
      .map((parameter) => ({ name: `${operationId} ${parameter.name}`, endpoint, make, parameter })),
  )
  .filter(({ name }) => !apart.includes(name));

const stating = {
  ...({ method: "get", path: "/states", operationId: "readStates", tags: ["operations"] } as const),
  ...({ summary: "States", description: "States.", access: "user" } as const),
};

/** The statements of a call that show some rows of many, and may show others the next time. */
async function unorderedIn(one: Endpoint, call: Call, app = api): Promise<string[]> {
  const { asked } = await watched(one, call, app);
  const bodies = asked.map((body): { query?: string; queries?: { query: string }[] } => JSON.parse(body));
  const statements = bodies.flatMap(({ query = "", queries = [{ query }] }) => queries.map((sent) => sent.query));
  const isUnordered = (text: string) => /^\W*select\b.*\blimit (?!1\b)/is.test(text) && !/\border by\b/i.test(text);
  return statements.filter(isUnordered);
}

const reads = called.filter(({ endpoint }) => endpoint.route.method === "get");

const nothing = { match: async () => undefined, put: async () => {}, delete: async () => {} };
const uncached = serve({ deps: { answers: nothing } });

describe("a list that shows some of its rows has an order", () => {
  it.each(reads)("by $operationId", async ({ endpoint, make }) => {
    expect(await unorderedIn(endpoint, await make(), uncached)).toStrictEqual([]);
  });

  it("or is found", async () => {
    const { token } = await aUser();
    const listedBy = async (find: (db: Database) => Statement) => {
      const list = endpoint({ ...stating, responses: { 204: { description: "Listed" } } }, async (c) => {
        await c.var.run(find(c.var.db));
        return c.body(null, 204);
      });
      return unorderedIn(list, { path: "/states", token }, serve({ endpoints: [list] }));
    };
    const some = (db: Database) => db.select({ id: users.id }).from(users).limit(2);
    expect(await listedBy((db) => some(db).orderBy(users.id))).toStrictEqual([]);
    expect(await listedBy(some)).toHaveLength(1);
    expect(await listedBy((db) => db.execute(sql`select id from ${users} limit 2`))).toHaveLength(1);
  });
});

describe("a query parameter makes a difference", () => {
  it.each(parameters)("by $name", async ({ name, endpoint, make, parameter }) => {
    const advice = `the handler takes no notice of it, or "${name}" belongs into apart in this file`;
    expect(await isForgotten(endpoint, parameter, await make()), advice).toBe(false);
  });

  it("or is found", async () => {
    const Answer = z.object({ state: z.string() });
    const readStates = endpoint(
      {
        ...stating,
        request: { query: z.object({ state: z.enum(["open", "paid"]).optional(), tone: z.enum(["low"]).optional() }) },
        responses: { 200: json(Answer, "The state") },
      },
      async (c) => {
        await c.var.run();
        return c.json(Answer.parse({ state: c.req.valid("query").state ?? "any" }), 200);
      },
    );
    const app = serve({ endpoints: [readStates] });
    const call = { path: "/states", token: (await aUser()).token };
    const found: Parameter = { name: "state", in: "query", schema: { type: "string", enum: ["open", "paid"] } };
    expect(await isForgotten(readStates, found, call, app)).toBe(false);
    const forgotten: Parameter = { name: "tone", in: "query", schema: { type: "string", enum: ["low"] } };
    expect(await isForgotten(readStates, forgotten, call, app)).toBe(true);
  });
});
