import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { endpoints } from "../../src/routes/index.ts";
import { brokenJson, mutated, valid, wild } from "../arbitraries.ts";
import { type Call, called, send } from "../calls.ts";
import {
  bodySchema,
  exampleBody,
  examplePath,
  inType,
  operationOf,
  type Parameter,
  parametersOf,
} from "../examples.ts";
import { aUser, bindings, isThorough, serve } from "../harness.ts";
import { headersRead } from "./hostile-strings.ts";

/** Lifts the rate limits. */
const unlimited = Object.fromEntries(Object.entries(bindings).filter(([name]) => !name.startsWith("RATE_LIMIT_")));
/** Apps that no operation is using: the harness holds the lines of an app against the call that it makes. */
const idle: ReturnType<typeof serve>[] = [];
const { requests, seed } = inject("fuzz");
const runs = Math.max(1, Math.round((isThorough ? 10_000 : requests) / endpoints.length));
/** A call is made anew after so many requests, and after each one that has changed what it is about. */
const reuse = 20;

type One = (typeof endpoints)[number];

async function callOf(endpoint: One): Promise<Call> {
  const own = called.find((one) => one.endpoint === endpoint);
  if (own) return own.make();
  const ada = await aUser({ role: endpoint.policy.access === "admin" ? "admin" : "user" });
  return { path: examplePath(endpoint), token: ada.token, json: exampleBody(endpoint) ?? {} };
}

/** The difference of a request from a call that succeeds. Nothing for most parts of most requests. */
type Difference = {
  path: Record<string, unknown>;
  query: [name: string, value: unknown][];
  headers: Record<string, string>;
  body: { fields: unknown } | { raw: string | Uint8Array<ArrayBuffer>; type: string } | undefined;
  token: "own" | "none" | "garbled";
};

const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const someOf = ({ schema }: Parameter) =>
  fc.oneof({ weight: 3, arbitrary: valid(schema) }, { weight: 1, arbitrary: wild });
const headerText = fc.oneof(
  fc.constantFrom("*", '"1"', 'W/"1"', '"1", "2"', "bytes=0-0", "bytes=9-1", "1"),
  fc.stringMatching(/^[ -~]{0,40}$/),
);

function differences(endpoint: One, known: Record<string, unknown> | undefined): fc.Arbitrary<Difference> {
  const some = (where: Parameter["in"]) =>
    fc.record(Object.fromEntries(parametersOf(endpoint, where).map((one) => [one.name, rarely(someOf(one))])));
  const query = fc.tuple(some("query"), fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 1, size: "-1" }));
  const names = [...new Set([...parametersOf(endpoint, "header").map(({ name }) => name), ...headersRead])];
  return fc.record({
    path: some("path"),
    query: query.map(([own, others]) => [...Object.entries(own).filter(([, value]) => value !== undefined), ...others]),
    headers: fc.dictionary(fc.constantFrom(...names), headerText, { maxKeys: 2 }),
    body: bodies(endpoint, known),
    token: fc.constantFrom(...Array.from({ length: 8 }, () => "own" as const), "none", "garbled"),
  });
}

function bodies(endpoint: One, known: Record<string, unknown> | undefined): fc.Arbitrary<Difference["body"]> {
  const types = Object.keys(operationOf(endpoint).requestBody?.content ?? { "application/json": {} });
  const raw = fc.record({
    raw: fc.oneof(brokenJson, fc.uint8Array({ maxLength: 64 })),
    type: fc.constantFrom(...types, ...types, "text/plain", "application/json; charset=x", ""),
  });
  const schema = bodySchema(endpoint);
  if (!schema) return fc.oneof(fc.constant(undefined), raw);
  const made = valid(schema);
  const fields = fc.oneof(
    made,
    made.map((more) => ({ ...known, ...Object(more) })),
    mutated(known ?? {}),
    made.chain(mutated),
    wild,
  );
  return fc.oneof(
    { weight: 1, arbitrary: raw },
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 6, arbitrary: fields.map((fields) => ({ fields })) },
  );
}

/** The call with its difference. */
function differing(endpoint: One, call: Call, { path, query, headers, body, token }: Difference): Call {
  const given = Object.entries(path).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, textOf(value) || "0"]],
  );
  const base = given.length > 0 ? examplePath(endpoint, Object.fromEntries(given)) : call.path;
  const url = new URL(base, "https://api.example.com");
  for (const [name, value] of query) url.searchParams.set(textOf(name), textOf(value));
  const auth = token === "own" ? call.token : token === "garbled" ? `${call.token?.slice(0, -3)}x` : undefined;
  const { token: _, json, ...init } = call;
  return {
    ...{ ...init, path: url.pathname + url.search, headers: { ...call.headers, ...headers } },
    ...(auth !== undefined && { token: auth }),
    ...bodyOf(endpoint, body, json),
  };
}

function bodyOf(endpoint: One, body: Difference["body"], json: Call["json"]): Partial<Call> {
  if (endpoint.route.method === "get") return {};
  if (!body) return json ? { json } : {};
  if ("raw" in body) return { body: body.raw, ...(body.type !== "" && { headers: { "Content-Type": body.type } }) };
  const isFields = typeof body.fields === "object" && body.fields !== null && !Array.isArray(body.fields);
  if (isFields) return { json: { ...Object(body.fields) } };
  return inType("application/json", { schema: {} }, body.fields);
}

/** A text that a URL can hold. */
function textOf(value: unknown): string {
  return (typeof value === "string" ? value : (JSON.stringify(value) ?? "")).toWellFormed();
}

describe.concurrent("promise 48: a request made from the contract, or from its opposite", () => {
  it.each(endpoints.map((endpoint, i) => ({ id: endpoint.policy.operationId, endpoint, i })))(
    "gets an answer of the contract from $id",
    async ({ endpoint, i }) => {
      const app = idle.pop() ?? serve({ bindings: unlimited });
      let [call, sent] = [await callOf(endpoint), 0];
      const property = fc.asyncProperty(differences(endpoint, call.json), async (difference) => {
        if (sent >= reuse) [call, sent] = [await callOf(endpoint), 0];
        // The harness holds status, code, headers, media type and body against the contract.
        const answer = await send(endpoint, differing(endpoint, call, difference), app);
        expect(answer.status, "npm run fuzz -- --seed repeats it").toBeLessThan(500);
        sent += answer.status < 300 && endpoint.route.method !== "get" ? reuse : 1;
      });
      await fc.assert(property, { numRuns: runs, seed: seed + i, endOnFailure: runs > 100 });
      idle.push(app);
    },
    600_000,
  );
});
