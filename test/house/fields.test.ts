/**
 * Takes each field of each update schema through each way to write it: the change itself, and every other body that holds
 * the schema or creates the same resource, with the fields that only a creation takes. All of it is found in the document,
 * so that a new field is tried by itself.
 */
import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { endpoints } from "../../src/routes/index.ts";
import { type Call, called, send } from "../calls.ts";
import {
  exampleOf,
  examplePath,
  operationOf,
  parametersIn,
  resolved,
  type Schema,
  takenBy,
  withParameters,
} from "../examples.ts";
import { api, aUser, unique } from "../harness.ts";

/** The way to a place in a schema: names of properties, `[]` into a list, the numbers of choices. */
type Trail = readonly (string | number)[];
type Json = Record<string, unknown>;
/** The resource of an update schema: its name in the document, and the endpoints that change and read it. */
type Resource = { ref: string; fields: string[]; update: Endpoint; read: Endpoint | undefined };
type Way = { name: string; field: string; schema: Schema; trail: Trail; endpoint: Endpoint; resource: Resource };

const admin = await aUser({ role: "admin" });

function bodyOf(endpoint: Endpoint): Schema | undefined {
  return operationOf(endpoint).requestBody?.content["application/json"]?.schema;
}

function answerOf(endpoint: Endpoint): Schema {
  const answers: [string, { content?: Record<string, { schema: Schema }> }][] = Object.entries(
    operationOf(endpoint).responses,
  );
  return answers.find(([status]) => status.startsWith("2"))?.[1].content?.["application/json"]?.schema ?? {};
}

function fieldsOf(schema: Schema | undefined): string[] {
  return Object.keys(resolved(schema).properties ?? {});
}

/** Each object in a schema, and the way to it. */
function objectsIn(given: Schema | undefined, trail: Trail = []): { trail: Trail; schema: Schema }[] {
  const schema = resolved(given);
  const steps: [string | number, Schema][] = [
    ...Object.entries(schema.properties ?? {}),
    ...[...(schema.oneOf ?? schema.anyOf ?? [])].entries(),
    ...(schema.items ? [["[]", schema.items] as [string, Schema]] : []),
  ];
  const inner = steps.flatMap(([step, one]) => objectsIn(one, [...trail, step]));
  return schema.properties ? [{ trail, schema: given ?? {} }, ...inner] : inner;
}

/**
 * Endpoints, or single fields of one such as `updateTicket state` and `transferOrder amount`, whose values have to fit what
 * is there, or mean something else than the field of this name. The tests beside their resource try them.
 */
const apart: string[] = ["updateMember", "updateRole", "offerOrganization"];
/** Fields of creations that no answer shows, such as a secret. The tests beside their resource see what becomes of them. */
const unshown: string[] = ["createUser password"];
const updates = endpoints
  .filter(({ route, policy }) => ["patch", "put"].includes(route.method) && !apart.includes(policy.operationId))
  .filter((one) => answerOf(one).$ref);

const resources: Resource[] = updates.map((update) => {
  const ref = answerOf(update).$ref ?? "";
  const reads = endpoints.filter(
    (one) => one.route.method === "get" && /\}$/.test(one.route.path) && answerOf(one).$ref === ref,
  );
  const read = reads.find((one) => one.route.path === update.route.path) ?? reads[0];
  const fields = fieldsOf(bodyOf(update)).filter((field) => !apart.includes(`${update.policy.operationId} ${field}`));
  return { ref, fields, update, read };
});

/** The way by the resource's own update, or by a body that holds its fields and is answered with the resource. */
const ways: Way[] = endpoints.flatMap((endpoint) => {
  const shown = objectsIn(answerOf(endpoint)).map(({ schema }) => schema.$ref);
  const own = resources.find(({ update }) => update === endpoint);
  const resource = own ?? resources.findLast(({ ref }) => shown.includes(ref));
  // A sign-in names an account, and writes none.
  if (!resource || endpoint.contract.oauth) return [];
  return objectsIn(bodyOf(endpoint)).flatMap(({ trail, schema }) =>
    Object.entries(resolved(schema).properties ?? {})
      .filter(([field]) => resource.fields.includes(field) || (isCreation(endpoint) && isShown(endpoint, field)))
      .map(([field, schema]) => {
        const name = [endpoint.policy.operationId, ...trail, field].join(" ");
        return { name, field, schema, trail, endpoint, resource };
      })
      .filter(({ name }) => !apart.includes(name) && !apart.includes(endpoint.policy.operationId)),
  );
});

function isCreation(endpoint: Endpoint): boolean {
  return 201 in endpoint.contract.responses;
}

/** True for a field of the answer, or of an object in it. */
function isShown(endpoint: Endpoint, field: string): boolean {
  const answer = answerOf(endpoint);
  const objects = [answer, ...(resolved(answer).allOf ?? [])].flatMap((part) => objectsIn(part));
  return objects.some(({ schema }) => fieldsOf(schema).includes(field));
}

/** Values that this schema takes, two at least if there are as many. */
function valuesOf(given: Schema): unknown[] {
  const { type, anyOf = [], const: only, enum: all, format } = resolved(given);
  const types = [type, ...anyOf.map((one) => one.type)].flat();
  const nothing = types.includes("null") ? [null] : [];
  if (only !== undefined) return [only];
  if (all) return all;
  if (types.includes("boolean")) return [true, false, ...nothing];
  if (types.includes("integer") || types.includes("number")) return [...numbersOf(given), ...nothing];
  if (format === "email") return [`${unique()}@example.com`, ...nothing];
  if (types.includes("string") && !format) return [textOf(given), ...nothing];
  const example = exampleOf(given);
  if (format === "date") return [example, dayBefore(String(example)), ...nothing];
  const later = { "date-time": "2031-01-02T03:04:05.000Z", uri: "https://example.com/later" }[format ?? ""];
  return [example, ...(later ? [later] : []), ...nothing];
}

/** Near enough to be within the same bounds, such as the past. */
function dayBefore(date: string): string {
  return new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
}

/** The bounds of a schema that may be one of several, such as a text or null. */
function boundsOf(given: Schema): Schema {
  const { anyOf = [], ...schema } = resolved(given);
  return Object.assign({}, ...anyOf.map(resolved), schema);
}

/** The two least numbers within the bounds, or the one; the example where the bounds are too narrow to find one. */
function numbersOf(given: Schema): unknown[] {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf: step = 1 } = boundsOf(given);
  const most = Math.min(maximum ?? Number.POSITIVE_INFINITY, (exclusiveMaximum ?? Number.POSITIVE_INFINITY) - step);
  const least = minimum ?? (exclusiveMinimum === undefined ? Math.min(0, most - step) : exclusiveMinimum + step);
  const first = Math.ceil(least / step) * step;
  const found = [first, first + step].filter((value) => value <= most);
  return found.length > 0 ? found : [exampleOf(given)];
}

/** A text that nobody else has, cut or filled to its bounds; the example where it has a pattern that this one breaks. */
function textOf(given: Schema): unknown {
  const { minLength = 0, maxLength = 100, pattern = "" } = boundsOf(given);
  const text = unique().slice(-maxLength).padEnd(minLength, "x");
  return new RegExp(pattern, "u").test(text) ? text : exampleOf(given);
}

/** The ids of rows in the call of an update, by their fields: no other row may be named. */
function referencesIn({ contract: { refersTo = {} } }: Endpoint, json: Json = {}): Json {
  const fields = Object.keys(refersTo).map((field) => field.split(".")[0] ?? "");
  return Object.fromEntries(fields.map((field) => [field, json[field]]));
}

/** A body with this field at the end of the way, and one value, known or not, of everything else that it needs. */
function bodyWith(given: Schema | undefined, [step, ...rest]: Trail, leaf: Json, known: Json): unknown {
  const { properties = {}, required = [], items, oneOf, anyOf } = resolved(given);
  if (step === "[]") return [bodyWith(items, rest, leaf, known)];
  if (typeof step === "number") return bodyWith((oneOf ?? anyOf)?.[step], rest, leaf, known);
  const inner = step === undefined ? leaf : { [step]: bodyWith(properties[step], rest, leaf, known) };
  const needed = required.filter((name) => !(name in inner));
  const others = needed.map((name) => [name, name in known ? known[name] : valuesOf(properties[name] ?? {})[0]]);
  return { ...Object.fromEntries(others), ...inner };
}

function valueAt(body: unknown, trail: Trail, field: string): unknown {
  const inner = trail.reduce((outer, step) => {
    if (typeof step === "number") return outer;
    return Object(outer)[step === "[]" ? 0 : step];
  }, body);
  return Object(inner)[field];
}

/** The first object of an answer that has an id and this field. */
function rowIn(body: unknown, field: string): Json | undefined {
  if (body === null || typeof body !== "object") return undefined;
  const row: Json = { ...body };
  if (field in row && "id" in row) return row;
  return Object.values(row)
    .map((one) => rowIn(one, field))
    .find((found) => found !== undefined);
}

function callOf(endpoint: Endpoint): Promise<Call> {
  const found = called.find((one) => one.endpoint === endpoint);
  if (!found) throw new Error(`${endpoint.policy.operationId} has no call in test/routes/<resource>/calls.ts`);
  return found.make();
}

/** A call of this update, by somebody who may set everything. */
async function callOfUpdate(update: Endpoint): Promise<Call & { token: string }> {
  const { token = admin.token, ...call } = await callOf(update);
  const isOwn = !update.route.path.includes("{");
  return { ...call, token: isOwn ? (await aUser({ role: "admin" })).token : token };
}

/** The parameters of a path by name, but the last: the rows that the row of this path is under. */
function parentsIn(endpoint: Endpoint, path: string): Record<string, string> {
  return Object.fromEntries(
    parametersIn(endpoint, path)
      .slice(0, -1)
      .map(({ name, value }) => [name, value]),
  );
}

/** Reads as an admin, who sees it whatever has changed; as its owner if not even an admin may. */
async function read(endpoint: Endpoint, parents: Record<string, string>, id: unknown, token: string): Promise<Json> {
  const own = parametersIn(endpoint, "").at(-1)?.name ?? "";
  const path = examplePath(endpoint, { ...parents, [own]: String(id) });
  const answer = await admin.get(path);
  return answer.status === 404 ? (await api.get(path, { token })).body : answer.body;
}

/** Tells what to do about a value that was refused. */
function adviceOn(name: string, value: unknown): string {
  return `

This test sent ${JSON.stringify(value)} by "${name}", which the document allows:
- if the schema refuses it, say its bound in the schema, as .min(1), .max(9) and .regex() do, or by .openapi({ minimum: 1 })
  beside a .refine(); where no bound can say it, .openapi({ example }) with a value that it takes;
- if the value has to fit other rows or the state of this one, add "${name}" to apart in this file, and test it
  beside its resource.`;
}

/** Tells what to do where no value differs from the row's own, so that nothing shows if it is written. */
function adviceOnSame({ name, field, resource }: Way): string {
  return `

The only values that this test knows for "${name}" are those that the row has already: let the call of
${resource.update.policy.operationId} in test/routes/<resource>/calls.ts make a row with another ${field} than the example of its schema.`;
}

/** Sends one value on this way, and reads it back. Answers undefined if nobody may send it. */
async function write({ name, endpoint, resource, trail, field }: Way, given: unknown) {
  const { path, token, json: own } = await callOfUpdate(resource.update);
  const references = referencesIn(resource.update, own);
  const value = field in references && given !== null ? references[field] : given;
  const was: Json = resource.read ? (await api.get(path, { token })).body : { id: path.split("/").at(-1) };
  const parents = parentsIn(resource.update, path);
  const made = endpoint === resource.update ? { path } : await callOf(endpoint);
  const call = { ...made, path: withParameters(endpoint, made.path, parents), token };
  const json = { ...Object(bodyWith(bodyOf(endpoint), trail, { [field]: value }, { ...references, id: was.id })) };
  const answer = await send(endpoint, { ...call, json });
  if (answer.body?.code === "forbidden") return undefined;
  expect(answer.status, `${answer.text}${adviceOn(name, value)}`).toBeLessThan(300);
  const row = rowIn(answer.body, field);
  const isNew = row?.id !== was.id;
  const sent = valueAt(takenBy(endpoint, json), trail, field);
  const kept = resource.read ? await read(resource.read, parents, row?.id, token) : row;
  return {
    sent,
    answered: row?.[field],
    kept: kept?.[field],
    isChange: isNew || JSON.stringify(was[field]) !== JSON.stringify(sent),
  };
}

describe("a field that a request takes is written, and read back", () => {
  const taken = new Set<string>();

  it.each(ways)("by $name", async (way) => {
    const results = [];
    for (const value of valuesOf(way.schema)) {
      const result = await write(way, value);
      if (!result) continue;
      expect(result.answered).toStrictEqual(result.sent);
      expect(result.kept).toStrictEqual(result.sent);
      results.push(result);
    }
    if (results.length === 0) return;
    expect(
      results.some(({ isChange }) => isChange),
      adviceOnSame(way),
    ).toBe(true);
    taken.add(`${way.resource.ref} ${way.field}`);
  });

  it("finds an endpoint that takes each field of each update schema", () => {
    const fields = new Set(resources.flatMap(({ ref, fields }) => fields.map((field) => `${ref} ${field}`)));
    expect(fields.size).toBeGreaterThan(0);
    expect([...fields].filter((field) => !taken.has(field))).toStrictEqual([]);
  });

  it("is shown by the answer of a creation, which may drop it otherwise", () => {
    const creations = endpoints.filter(isCreation);
    expect(creations.length).toBeGreaterThan(0);
    const hidden = creations.flatMap((one) =>
      fieldsOf(bodyOf(one))
        .filter((field) => !isShown(one, field))
        .map((field) => `${one.policy.operationId} ${field}`),
    );
    expect(hidden.toSorted(), "a field that is written and not shown belongs to unshown in this file").toStrictEqual(
      unshown.toSorted(),
    );
  });
});
