import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { endpoints } from "../../src/routes/index.ts";
import { api, aUser, bindings, exampleBody, quickPasswords, serve, unique } from "../harness.ts";
import { hostileStrings, impossibleStrings } from "./hostile-strings.ts";

type Schema = {
  type?: unknown;
  format?: string;
  maxLength?: number;
  $ref?: string;
  properties?: Record<string, Schema>;
};

/** As often as a test likes. */
const unlimited = Object.fromEntries(Object.entries(bindings).filter(([name]) => !name.startsWith("RATE_LIMIT_")));
const app = serve({ bindings: unlimited, deps: { hasher: () => quickPasswords } });
const { body: document } = await api.get("/openapi.json");
const operationOf = ({ route }: (typeof endpoints)[number]) => document.paths[route.path][route.method];
const resolved = (schema: Schema | undefined): Schema =>
  schema?.$ref ? document.components.schemas[schema.$ref.split("/").at(-1) ?? ""] : (schema ?? {});
const isText = ({ type }: Schema) => [type].flat().includes("string");

/** Every field of every body that takes text, as the contracts say. */
const fields = endpoints.flatMap((endpoint) => {
  const schema = resolved(operationOf(endpoint).requestBody?.content["application/json"]?.schema);
  const texts = Object.entries(schema.properties ?? {}).filter(([, property]) => isText(property));
  return texts.map(([field, { maxLength = 254 }]) => ({
    endpoint,
    operation: endpoint.policy.operationId,
    field,
    maxLength,
  }));
});

/** Every parameter of every query that takes text. */
const parameters = endpoints.flatMap((endpoint) => {
  const all: { name: string; in: string; schema: Schema }[] = operationOf(endpoint).parameters ?? [];
  const texts = all.filter((parameter) => parameter.in === "query" && isText(parameter.schema));
  return texts.map(({ name }) => ({ endpoint, operation: endpoint.policy.operationId, name }));
});

/** The endpoint's path, with the id of something that is the user's own. */
async function pathOf({ route }: (typeof endpoints)[number], { id, token }: { id: string; token: string }) {
  if (!route.path.includes("{id}")) return route.path;
  const isItem = route.path.includes("/items/");
  const own = isItem ? (await app.post("/items", { token, json: { title: "t", is_public: true } })).body.id : id;
  return route.path.replace("{id}", own);
}

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

describe("hostile strings in every text field", () => {
  it("knows the fields from the contracts", () => {
    const names = fields.map(({ operation, field }) => `${operation}.${field}`);
    for (const name of ["createItem.title", "changeItem.description", "changeMe.full_name", "login.username"]) {
      expect(names).toContain(name);
    }
    expect(parameters.map(({ operation, name }) => `${operation}.${name}`)).toEqual(
      expect.arrayContaining([
        "listItemsPage.q",
        "listUsersPage.q",
        "listItemsPage.cursor",
        "listAuditEventsPage.user_id",
      ]),
    );
  });

  it.each(fields)(
    "$operation $field answers what was sent, or why it is refused",
    async ({ endpoint, field, maxLength }) => {
      const [user, example] = [await aUser({ role: "user" }), await exampleBody(endpoint)];
      const { token } = user;
      const path = await pathOf(endpoint, user);
      const longest = "🔑".repeat(maxLength);
      for (const text of [...hostileStrings, longest, ...impossibleStrings]) {
        // Names that others have are refused for another reason.
        const free = { email: `${unique()}@example.com`, username: unique() };
        const json = {
          ...example,
          ...Object.fromEntries(Object.entries(free).filter(([name]) => name in (example ?? {}))),
        };
        const answer = await app.call(endpoint.route.method.toUpperCase(), path, {
          token,
          json: { ...json, [field]: text },
        });
        const what = `${field}: ${JSON.stringify(text).slice(0, 60)}`;
        expect(answer.status, what).toBeLessThan(500);
        if (answer.status < 300 && answer.body && field in answer.body) expect(answer.body[field], what).toBe(text);
        if (impossibleStrings.includes(text)) {
          // Where it is taken it is neither kept nor told: a password is hashed, a token looked up.
          if (answer.status < 300) expect(answer.body?.[field], what).toBeUndefined();
          if (answer.status === 422) {
            expect(answer.body.errors.map(({ loc }: { loc: string[] }) => loc.at(-1))).toContain(field);
          }
        }
      }
    },
  );

  it("deeper in a body, where each operation of a batch has its own", async () => {
    const { token } = await aUser();
    let count = 0;
    for (const endpoint of endpoints) {
      const example = await exampleBody(endpoint);
      for (const place of deepTexts(example)) {
        for (const text of [...hostileStrings, ...impossibleStrings]) {
          const json = withText(example, place, text);
          const answer = await app.call(endpoint.route.method.toUpperCase(), endpoint.route.path, { token, json });
          const what = `${place.join(".")}: ${JSON.stringify(text)}`;
          expect(answer.status, what).toBeLessThan(500);
          if (impossibleStrings.includes(text)) {
            expect(answer.body.errors[0].loc.slice(1), what).toStrictEqual(place);
          } else if (answer.status < 300) {
            expect(answer.text, what).toContain(JSON.stringify(text));
          }
          count++;
        }
      }
    }
    // A batch at least: what it does and the title in it.
    expect(count).toBeGreaterThanOrEqual(2 * (hostileStrings.length + impossibleStrings.length));
  });

  it.each(parameters)("$operation ?$name= answers, or names the fault", async ({ endpoint, name }) => {
    const user = await aUser({ role: "admin" });
    const path = await pathOf(endpoint, user);
    for (const text of [...hostileStrings, "🔑".repeat(5_000), ...impossibleStrings]) {
      const { status, body } = await app.get(`${path}?${new URLSearchParams({ [name]: text })}`, { token: user.token });
      const what = `${name}: ${JSON.stringify(text).slice(0, 60)}`;
      expect([200, 400, 422], what).toContain(status);
      if (status === 422) expect(body.errors[0].loc.slice(0, 2), what).toStrictEqual(["query", name]);
      // Half a surrogate pair cannot be sent in a URL.
      if (text.includes("\u0000")) expect(status, what).not.toBe(200);
    }
  });

  it("in paths and in the headers that we read", async () => {
    const { token } = await aUser();
    const { body } = await app.post("/items", { token, json: { title: "t" } });
    const printable = hostileStrings.filter((text) => /^[ -~]+$/.test(text));
    expect(printable.length).toBeGreaterThan(20);
    for (const text of hostileStrings) {
      expect((await app.get(`/items/${encodeURIComponent(text)}`, { token })).status, text).toBeLessThan(500);
    }
    for (const text of printable) {
      for (const name of [
        "If-None-Match",
        "Accept",
        "X-Request-Id",
        "User-Agent",
        "Origin",
        "CF-Connecting-IP",
        "Cookie",
      ]) {
        const headers = { [name]: text };
        expect((await app.get(`/items/${body.id}`, { token, headers })).status, `${name}: ${text}`).toBeLessThan(500);
      }
      for (const name of ["If-Match", "Idempotency-Key", "Content-Type", "Authorization"]) {
        const headers = { [name]: text };
        const answer = await app.patch(`/items/${body.id}`, {
          token: name === "Authorization" ? "" : token,
          json: { title: "t" },
          headers,
        });
        expect(answer.status, `${name}: ${text}`).toBeLessThan(500);
      }
    }
  });
});

describe("stored text comes back verbatim", () => {
  it("as an item: made, changed, in a batch, replayed, read, listed, exported", async () => {
    const { token } = await aUser();
    const made: [id: string, text: string][] = [];
    for (const [i, text] of hostileStrings.entries()) {
      const init = { token, json: { title: text, description: text }, headers: { "Idempotency-Key": `key-${i}` } };
      const { body } = await api.post("/items", init);
      expect([body.title, body.description]).toStrictEqual([text, text]);
      expect((await api.post("/items", init)).body).toStrictEqual(body);
      const changed = await api.patch(`/items/${body.id}`, { token, json: { title: text, description: text } });
      expect([changed.body.title, changed.body.description]).toStrictEqual([text, text]);
      made.push([body.id, text]);
    }
    const operations = made.map(([id, text]) => ({ op: "update", id, item: { title: text, description: text } }));
    const { body: batch } = await api.post("/items/batch", { token, json: { operations } });
    expect(batch.results.map(({ item }: { item: { title: string } }) => item.title)).toStrictEqual([...hostileStrings]);

    const wanted = made.map(([id, text]) => [id, text, text]);
    const inOrder = (rows: Record<string, string>[]) =>
      rows
        .toSorted((a, b) => ((a.id ?? "") < (b.id ?? "") ? -1 : 1))
        .map(({ id, title, description }) => [id, title, description]);
    expect(inOrder((await api.get("/items?limit=100", { token })).body.items)).toStrictEqual(wanted);
    const ndjson = await api.get("/items/export", { token });
    expect(
      inOrder(
        ndjson.text
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line)),
      ),
    ).toStrictEqual(wanted);
    const csv = await api.get("/items/export", { token, headers: { Accept: "text/csv" } });
    expect(inOrder(parse(csv.text, { columns: true }))).toStrictEqual(wanted);
    expect(inOrder((await api.get("/users/me/export", { token })).body.items)).toStrictEqual(wanted);
  });

  it("and an item is found by each word of it, whatever else stands there", async () => {
    const { token } = await aUser();
    const word = unique("word").replace("-", "");
    for (const text of hostileStrings) {
      const { body } = await api.post("/items", { token, json: { title: `${word} ${text}` } });
      const q = new URLSearchParams({ q: `${word} ${text}` });
      const found = await api.get(`/items?${q}`, { token });
      expect(
        found.body.items.map(({ id }: { id: string }) => id),
        text,
      ).toContain(body.id);
    }
  });

  it("as a user's name, which admins find by it", async () => {
    const [{ id, token }, admin] = [await aUser(), await aUser({ role: "admin" })];
    for (const text of hostileStrings) {
      const name = `${id} ${text}`;
      expect((await api.patch("/users/me", { token, json: { full_name: name } })).body.full_name).toBe(name);
      expect((await api.get("/users/me", { token })).body.full_name).toBe(name);
      const { body } = await api.get(`/users?${new URLSearchParams({ q: name })}`, { token: admin.token });
      expect(
        body.items.map((user: { full_name: string }) => user.full_name),
        text,
      ).toStrictEqual([name]);
    }
    expect((await api.get("/users/me/export", { token })).body.profile.full_name).toBe(
      `${id} ${hostileStrings.at(-1)}`,
    );
  });

  it("as a password, each of which opens its own account alone", async () => {
    const passwords = hostileStrings.map((text) => `${text} 12345678`);
    const username = unique();
    await app.post("/users", { json: { username, email: `${username}@example.com`, password: passwords[0] } });
    for (const [i, password] of passwords.slice(0, 9).entries()) {
      const answer = await app.post("/auth/login", { json: { username, password } });
      expect(answer.status).toBe(i === 0 ? 200 : 400);
    }
  });

  it("as the device of a session", async () => {
    const username = unique();
    const password = "correct horse battery";
    await app.post("/users", { json: { username, email: `${username}@example.com`, password } });
    const printable = hostileStrings.filter((text) => /^[!-~][ -~]*[!-~]$/.test(text));
    let token = "";
    for (const text of printable) {
      const headers = { "User-Agent": text };
      token = (await app.post("/auth/login", { json: { username, password }, headers })).body.access_token;
    }
    const { body } = await app.get("/auth/sessions?limit=100", { token });
    expect(body.items.map(({ user_agent }: { user_agent: string }) => user_agent)).toStrictEqual(
      printable.toReversed(),
    );
  });
});
