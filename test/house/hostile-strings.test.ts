import { describe, expect, it } from "vitest";
import { endpoints } from "../../src/routes/index.ts";
import { type Call, called, send, withHeaders } from "../calls.ts";
import { bodySchema, exampleBody, examplePath, parametersOf, resolved, type Schema, takenBy } from "../examples.ts";
import { aUser, bindings, isThorough, serve, unique } from "../harness.ts";
import { headersRead, hostileStrings, impossibleStrings } from "./hostile-strings.ts";

/** Lifts the rate limits. */
const unlimited = Object.fromEntries(Object.entries(bindings).filter(([name]) => !name.startsWith("RATE_LIMIT_")));
const app = serve({ bindings: unlimited });
const isText = (given: Schema) => {
  const { type, format } = resolved(given);
  return [type].flat().includes("string") && format !== "binary";
};

type One = (typeof endpoints)[number];

/** Every fourth text, beginning elsewhere for each case, so that all are tried; a thorough run tries all in each case. */
const someFor = (turn: number) => hostileStrings.filter((_, i) => isThorough || (i + turn) % 4 === 0);
const inTurn = <T extends object>(cases: readonly T[]) => cases.map((one, turn) => ({ ...one, turn }));

/** A call that succeeds, or one of the contract's examples by a user with every right. */
async function callOf(endpoint: One): Promise<Call> {
  const own = called.find((one) => one.endpoint === endpoint);
  if (own) return own.make();
  const ada = await aUser({ role: endpoint.policy.access === "admin" ? "admin" : "user" });
  const json = exampleBody(endpoint);
  return { path: examplePath(endpoint), token: ada.token, ...(json && { json }) };
}

/** Every field of every body that takes text, as the contracts say. */
const fields = endpoints.flatMap((endpoint) => {
  const schema = resolved(bodySchema(endpoint));
  const texts = Object.entries(schema.properties ?? {}).filter(([, property]) => isText(property));
  return texts.map(([field, property]) => ({
    endpoint,
    operation: endpoint.policy.operationId,
    field,
    maxLength: resolved(property).maxLength ?? 254,
  }));
});

/** Every parameter of every query that takes text. */
const parameters = endpoints.flatMap((endpoint) =>
  parametersOf(endpoint, "query")
    .filter(({ schema }) => isText(schema))
    .map(({ name }) => ({ endpoint, operation: endpoint.policy.operationId, name })),
);

type Place = (string | number)[];

/** The places of all texts that stand deeper in a body than in its fields. */
function deepTexts(value: unknown, at: Place = []): Place[] {
  if (typeof value === "string") return at.length > 1 ? [at] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    deepTexts(inner, [...at, Array.isArray(value) ? Number(key) : key]),
  );
}

/** The same, with this text at that place. */
function withText(value: unknown, [key, ...rest]: Place, text: string): unknown {
  if (key === undefined) return text;
  const copy: Record<string, unknown> = { ...Object(value) };
  copy[key] = withText(copy[key], rest, text);
  return Array.isArray(value) ? Object.values(copy) : copy;
}

/** The text at this place. */
function textAt(value: unknown, place: Place): unknown {
  return place.reduce((inner: unknown, key) => Object(inner)[key], value);
}

const isObject = (value: unknown) => typeof value === "object" && value !== null;
const changesText = "is answered as another text: where that is meant, the schema of the body is to change it";

const isPrintable = (text: string) => /^[ -~]+$/.test(text);

describe("hostile strings in every text field", () => {
  it("knows the fields from the contracts", () => {
    const names = fields.map(({ operation, field }) => `${operation}.${field}`);
    expect(names).toEqual(expect.arrayContaining(["createUser.email", "updateMe.full_name", "login.username"]));
    expect(parameters.map(({ operation, name }) => `${operation}.${name}`)).toEqual(
      expect.arrayContaining(["listUsers.q", "listUsers.cursor"]),
    );
  });

  it.each(inTurn(fields))(
    "$operation $field answers what was sent, or why it is refused",
    async ({ endpoint, field, maxLength, turn }) => {
      let call = await callOf(endpoint);
      const longest = "🔑".repeat(maxLength);
      for (const text of [...someFor(turn), longest, ...impossibleStrings]) {
        const bodyOfCall = () => ({ ...exampleBody(endpoint), ...call.json, [field]: text });
        let answer = await send(endpoint, { ...call, json: bodyOfCall() }, app);
        if (answer.status === 409) {
          // Another field was taken, as by the text before: a new call has one of its own.
          call = await callOf(endpoint);
          answer = await send(endpoint, { ...call, json: bodyOfCall() }, app);
        }
        const what = `${field}: ${JSON.stringify(text).slice(0, 60)}`;
        expect(answer.status, what).toBeLessThan(500);
        // A token endpoint may grant another scope than the one asked for.
        if (field === "scope") continue;
        const told = answer.status < 300 ? answer.body?.[field] : undefined;
        // Under the same name an answer may have an object, of which the body gives an id or a name.
        if (told !== undefined && !isObject(told)) {
          const kept = textAt(takenBy(endpoint, bodyOfCall()), [field]);
          expect(told, `${what} ${changesText}`).toBe(kept);
        }
        if (impossibleStrings.includes(text)) {
          // A password is hashed and a token looked up: neither is ever returned.
          if (answer.status < 300) expect(answer.body?.[field], what).toBeUndefined();
          if (answer.status === 422) {
            const blamed = answer.body.errors?.map(({ loc }: { loc: string[] }) => loc.at(-1));
            expect(blamed, `the database refused ${what}: make it of text(…)`).toContain(field);
          }
        }
      }
    },
  );

  it.each(
    inTurn(
      endpoints.flatMap((endpoint) =>
        deepTexts(exampleBody(endpoint)).map((place) => ({
          ...{ endpoint, place, operation: endpoint.policy.operationId, at: place.join(".") },
        })),
      ),
    ),
  )("deeper in the body of $operation: $at", async ({ endpoint, place, turn }) => {
    const call = await callOf(endpoint);
    const harmless = unique("text");
    const plain = withText(exampleBody(endpoint), place, harmless);
    const isTold = (await send(endpoint, { ...call, json: { ...Object(plain) } }, app)).text.includes(harmless);
    for (const text of [...someFor(turn), ...impossibleStrings]) {
      const json = withText(exampleBody(endpoint), place, text);
      const answer = await send(endpoint, { ...call, json: { ...Object(json) } }, app);
      expect(answer.status, JSON.stringify(text)).toBeLessThan(500);
      if (impossibleStrings.includes(text)) {
        expect(answer.status, JSON.stringify(text)).toBeGreaterThanOrEqual(400);
        const [error] = answer.body.errors ?? [];
        if (error) expect(error.loc.slice(1), JSON.stringify(text)).toStrictEqual(place);
      } else if (isTold && answer.status < 300) {
        const kept = textAt(takenBy(endpoint, json), place);
        expect(answer.text, `${JSON.stringify(text)} ${changesText}`).toContain(JSON.stringify(kept));
      }
    }
  });

  it.each(inTurn(parameters))("$operation ?$name= answers, or names the fault", async ({ endpoint, name, turn }) => {
    const { path, ...call } = await callOf(endpoint);
    const base = path.replace(/\?.*/, "");
    for (const text of [...someFor(turn), "🔑".repeat(5_000), ...impossibleStrings]) {
      const query = new URLSearchParams({
        ...Object.fromEntries(new URL(path, "http://a").searchParams),
        [name]: text,
      });
      const { status, body } = await send(endpoint, { ...call, path: `${base}?${query}` }, app);
      const what = `${name}: ${JSON.stringify(text).slice(0, 60)}`;
      // The contract lists the other statuses, such as 404 for a lookup.
      expect(status, what).toBeLessThan(500);
      if (status === 422) expect(body.errors[0].loc.slice(0, 2), what).toStrictEqual(["query", name]);
      // Half a surrogate pair cannot be sent in a URL.
      if (text.includes("\u0000")) expect(status, what).toBeGreaterThanOrEqual(400);
    }
  });

  it.each(inTurn(endpoints.map((endpoint) => ({ endpoint, operation: endpoint.policy.operationId }))))(
    "$operation answers whatever its path and its headers hold",
    async ({ endpoint, turn }) => {
      const { path, ...call } = await callOf(endpoint);
      const names = parametersOf(endpoint, "path").map(({ name }) => name);
      for (const text of names.length > 0 ? someFor(turn) : []) {
        for (const name of names) {
          const answer = await send(endpoint, { ...call, path: examplePath(endpoint, { [name]: text }) }, app);
          expect(answer.status, `${name}: ${text}`).toBeLessThan(500);
        }
      }
      for (const [i, text] of someFor(turn).filter(isPrintable).entries()) {
        // Each header meets each text at some endpoint.
        const name = headersRead[(i + turn) % headersRead.length] ?? "";
        const answer = await send(endpoint, withHeaders({ ...call, path }, { [name]: text }), app);
        expect(answer.status, `${name}: ${text}`).toBeLessThan(500);
      }
    },
  );
});
