/** Finds changes after which the cache of this data centre still shows what was: each `evicts` what shows it. */
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Run } from "../../src/context/types.ts";
import { reachEvery } from "../../src/crud/organization-rows.ts";
import { deletion } from "../../src/crud/rows.ts";
import { type OwnedTable, ownedTables } from "../../src/db/schema.ts";
import { type Endpoint, endpoint, json } from "../../src/endpoint/endpoint.ts";
import type { KeptAnswers } from "../../src/platform/answers.ts";
import { Id } from "../../src/schemas/common.ts";
import { type Call, called, send } from "../calls.ts";
import { bodySchema, parametersIn, resolved, type Schema, takenBy } from "../examples.ts";
import { aUser, db, serve } from "../harness.ts";
import { handOver } from "../referred.ts";

type Calling = { endpoint: Endpoint; make: () => Promise<Call> };
type Served = Parameters<typeof serve>[0];

/** The id in a path that names a row. */
function rowIn({ endpoint }: Calling, { path }: Call): string | undefined {
  return parametersIn(endpoint, path).find(({ value }) => Id.safeParse(value).success)?.value;
}

/** The names of all fields of a body that are true or false, one of which may decide who sees the row. */
function flagsIn(given: Schema | undefined): string[] {
  const { properties = {}, items, anyOf = [], oneOf = anyOf } = resolved(given);
  const own = Object.keys(properties).filter((name) => resolved(properties[name]).type === "boolean");
  return [...own, ...[...Object.values(properties), ...oneOf, ...(items ? [items] : [])].flatMap(flagsIn)];
}

/** The fields of a call, and those that differ by one flag somewhere in them, as far as the endpoint takes them. */
function flagged(endpoint: Endpoint, json: Call["json"]): Call["json"][] {
  if (!json) return [undefined];
  const names = [...new Set(flagsIn(bodySchema(endpoint)))];
  const flags = names.flatMap((name) => [{ [name]: true }, { [name]: false }]);
  const all = flags.flatMap((flag) => withFlag(json, flag));
  // A body that the schema refuses comes back as it is.
  return [json, ...all.filter((one) => takenBy(endpoint, one) !== one)];
}

/** Copies of a value, with the flag in each object of it in turn. */
function withFlag(value: unknown, flag: object): Record<string, unknown>[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, one]) =>
    withFlag(one, flag).map((changed) => Object.assign(structuredClone(value), { [key]: changed })),
  );
  return Array.isArray(value) ? inner : [{ ...value, ...flag }, ...inner];
}

/** The status and, of a success, the content: a refusal names its own request. */
async function shownBy(...[endpoint, call, app]: Parameters<typeof send>): Promise<unknown[]> {
  const { status, text } = await send(endpoint, call, app);
  return status < 300 ? [status, text] : [status];
}

/**
 * Fails if a creation, or a change of a row that a kept answer shows, live or deleted, leaves an answer in the cache that
 * would now be another.
 */
async function holdFresh(change: Calling, kept: readonly Calling[], served: Served = {}): Promise<void> {
  const cache = new Map<string, Response>();
  const answers: KeptAnswers = {
    match: async (url) => cache.get(url)?.clone(),
    put: async (url, answer) => cache.set(url, answer),
    delete: async (url) => cache.delete(url),
  };
  const app = serve({ ...served, deps: { answers } });
  const { path, json } = await change.make();
  // Others are of an account: what becomes of that shows when the seconds of an answer are over.
  if (!(201 in change.endpoint.contract.responses || ids.test(JSON.stringify({ path, json })))) return;
  const tries = flagged(change.endpoint, json).flatMap((_, nth) => kept.map((about) => ({ nth, about })));
  for (const { nth, about } of tries) {
    for (const isDeleted of [false, true]) {
      const shown = await Promise.all(kept.map(async (one) => ({ ...one, call: await one.make() })));
      const id = shown.flatMap((one) => (one.endpoint === about.endpoint ? (rowIn(one, one.call) ?? []) : []))[0];
      const made = await change.make();
      const json = flagged(change.endpoint, made.json)[nth];
      const call = { ...made, ...(json && { json }) };
      if (id ? !(await handOver(id, call)) : isDeleted) continue;
      if (id && isDeleted) await db.batch([reachEvery(db), ...ownedTables.map((table) => deleting(table, id))]);
      cache.clear();
      const all = () => Promise.all(shown.map(({ endpoint, call }) => shownBy(endpoint, call, app)));
      await all();
      await send(change.endpoint, id ? naming(id, call) : call, app);
      const is = await all();
      cache.clear();
      const should = await all();
      const told = `a success of ${change.endpoint.policy.operationId} leaves what it changed: see evicts`;
      expect(is, told).toStrictEqual(should);
    }
  }
}

const ids = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** The call for another row: its id in place of each, but that of an organization. */
function naming(id: string, { path, json, ...own }: Call): Call {
  const [, organization] = /^\/organizations\/([^/]+)/.exec(path) ?? [];
  const others = (text: string) => text.replaceAll(new RegExp(ids, "g"), (one) => (one === organization ? one : id));
  return { ...own, path: others(path), ...(json && { json: JSON.parse(others(JSON.stringify(json))) }) };
}

function deleting(table: OwnedTable, id: string) {
  return db.update(table).set(deletion).where(eq(table.id, id));
}

const kept = called.filter(({ endpoint }) => endpoint.contract.cached?.seconds);
const changes = called.filter(
  ({ endpoint: { contract } }) => contract.method !== "get" && contract.access !== "public",
);

describe("a change leaves no old answer in the cache:", () => {
  it.each(changes)("$operationId", (change) => holdFresh(change, kept));

  it("or else the endpoint is found", async () => {
    let lit = 0;
    const said = { tags: ["operations"], summary: "Lamps", description: "The lamps that are lit." } as const;
    const given = { ...said, responses: { 200: json(z.object({ lit: z.int() }), "How many are lit") } };
    const countLamps = endpoint(
      {
        ...{ ...given, method: "get", path: "/lamps", operationId: "countLamps", access: "public" },
        cached: { seconds: 60, staleSeconds: 0 },
      },
      (c) => c.json({ lit }, 200),
    );
    const request = { params: z.object({ id: Id }) };
    const change = {
      ...given,
      method: "put",
      path: "/lamps/{id}",
      operationId: "lightLamp",
      access: "user",
      request,
    } as const;
    const light = async (run: Run) => {
      await run();
      lit += 1;
      return { lit };
    };
    const careful = endpoint({ ...change, evicts: [countLamps] }, async (c) => c.json(await light(c.var.run), 200));
    const careless = endpoint(change, async (c) => c.json(await light(c.var.run), 200));
    const silent = endpoint({ ...change, evicts: [countLamps] }, async (c) => {
      c.var.evictFor([]);
      return c.json(await light(c.var.run), 200);
    });
    const counting = { endpoint: countLamps, make: async () => ({ path: "/lamps" }) };
    const make = async () => ({ path: `/lamps/${crypto.randomUUID()}`, token: (await aUser()).token });
    const hold = (endpoint: Endpoint) =>
      holdFresh({ endpoint, make }, [counting], { endpoints: [endpoint, countLamps] });
    await hold(careful);
    for (const stale of [careless, silent]) await expect(hold(stale)).rejects.toThrow("see evicts");
  });
});
