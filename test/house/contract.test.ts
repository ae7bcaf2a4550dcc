import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { license } from "../../package.json";
import type { Policy } from "../../src/context/policy.ts";
import { codesOf, completed } from "../../src/endpoint/contract.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { exampleProblem } from "../../src/endpoint/problems.ts";
import { errorTable } from "../../src/errors.ts";
import { securitySchemeOf } from "../../src/middleware/signature.ts";
import { endpoints } from "../../src/routes/index.ts";
import { isRule, rule } from "../../src/schemas/field-errors.ts";
import { Flag } from "../../src/schemas/parameters.ts";
import { keysFor } from "../../src/security/keys.ts";
import { dummyHash } from "../../src/security/passwords.ts";
import { tokenPolicy } from "../../src/settings.ts";
import { called } from "../calls.ts";
import {
  answersIn,
  type Content,
  carrying,
  document,
  examplePath,
  inType,
  operationOf,
  parametersOf,
  resolved,
  type Schema,
} from "../examples.ts";
import { api, aUser, settings, tokenFor } from "../harness.ts";

const modules = import.meta.glob<Record<string, unknown>>("../../src/routes/**/*.ts", { eager: true });
const sources = import.meta.glob<string>("../../src/routes/*/*.ts", { query: "?raw", import: "default", eager: true });
const committedFiles = import.meta.glob<string>("../../openapi.json", {
  ...{ query: "?raw", import: "default", eager: true },
});
const guarded = endpoints.filter(({ policy }) => policy.access !== "public");
const operations = endpoints.map(({ route, policy }) => ({
  policy,
  route,
  operation: document.paths[route.path]?.[route.method],
}));

/** The codes that a text throws by itself, or has the database refuse with. */
function thrownIn(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  const named = code.matchAll(/\b(?:new ApiError|requireState)\((?:[^;]*?,)?\s*"(\w+)"[,)\s]/g);
  return [...[...named].map(([, name = ""]) => name), ...(/\bnotFound\(\)/.test(code) ? ["not_found"] : [])];
}

/** The names of all properties, at any depth of these schemas. */
function namesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const own = key === "properties" && typeof inner === "object" && inner !== null ? Object.keys(inner) : [];
    return [...own, ...namesIn(inner)];
  });
}

/** The names of the document's schemas that these refer to. */
function namesReferredTo(schemas: unknown[]): string[] {
  return [...JSON.stringify(schemas).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name = ""]) => name);
}

/** These schemas, and all that they refer to. */
function withReferences(...schemas: unknown[]): unknown[] {
  const all = new Set([...schemas, ...namesReferredTo(schemas).map((name) => document.components.schemas[name])]);
  return all.size > schemas.length ? withReferences(...all) : schemas;
}

describe("the list of endpoints", () => {
  it("takes no secret in a URL, which others keep in their logs", () => {
    const inUrl = operations.flatMap(({ operation }) =>
      (operation.parameters ?? []).filter((one: { in: string }) => one.in === "query" || one.in === "path"),
    );
    expect(inUrl.length).toBeGreaterThan(0);
    for (const { name } of inUrl) {
      const advice = "a parameter that reads like a secret: take a secret in the body, or call an id one";
      expect(name, advice).not.toMatch(/token|secret|password|credential|signature|^code$|^key$/i);
    }
  });

  it("has every file under src/routes, each with one endpoint named as its operationId", () => {
    const isEndpoint = (value: unknown) => typeof value === "object" && value !== null && "contract" in value;
    const exported = Object.entries(modules).flatMap(([file, module]) =>
      Object.entries(module).flatMap(([name, value]) => (isEndpoint(value) ? [{ file, name, value }] : [])),
    );
    // Beside the folders of the resources stand the list, and what endpoints share.
    const files = Object.keys(modules).filter((file) => !/\/routes\/[^/]+$/.test(file));
    expect(exported.map(({ file }) => file).toSorted()).toStrictEqual(files.toSorted());
    expect(exported.map(({ name }) => name).toSorted()).toStrictEqual(
      endpoints.map(({ policy }) => policy.operationId).toSorted(),
    );
    for (const { name, value } of exported)
      expect(endpoints.find(({ policy }) => policy.operationId === name)).toBe(value);
  });
});

describe("the errors of a contract", () => {
  const missing = (text: string, listed: readonly string[]) => thrownIn(text).filter((code) => !listed.includes(code));

  it.each(
    Object.entries(sources).map(([file, text]) => ({ file: file.replace("../../", ""), text, module: modules[file] })),
  )("have each code that $file throws, also where no test provokes it", ({ text, module }) => {
    const own = endpoints.find((one) => Object.values(module ?? {}).includes(one));
    expect(missing(text, own ? codesOf(own.contract) : []), "add it to errors").toStrictEqual([]);
  });

  it("would be found to lack one", () => {
    const text = 'if (!row) notFound(); /* new ApiError("busy") */ throw new ApiError("conflict", { detail });';
    expect(missing(text, [])).toStrictEqual(["conflict", "not_found"]);
    expect(missing(text, ["not_found"])).toStrictEqual(["conflict"]);
    expect(missing('requireState(db, items, reachable(items, id, user), isPrivate, "conflict"),', [])).toStrictEqual([
      "conflict",
    ]);
  });
});

it("every contract tells its errors to the reporter, which names those that no test provoked", ({ task }) => {
  task.meta.listed = endpoints.flatMap(({ contract: { operationId, errors = [] } }: Endpoint) =>
    errors.filter((code) => errorTable[code].status < 500).map((code) => `${operationId} ${code}`),
  );
  expect(task.meta.listed).toContain("readUser not_found");
});

/** The names of the schemas that the bodies of these refer to. */
function bodiesOf(some: typeof operations): string[] {
  return [...new Set(namesReferredTo(withReferences(some.map(({ operation }) => operation.requestBody))))];
}

/** Schemas of bodies that others write, who add fields as they like, where no declaration says so. */
const ofOthers: string[] = [];
/** True for OAuth2, whose bodies may hold unknown fields (RFC 6749, RFC 7009), and for what a sender of webhooks writes. */
const isTolerant = (policy: Policy) =>
  endpoints.some(({ policy: own, contract }: Endpoint) => own === policy && (contract.oauth || contract.signed));

describe("the OpenAPI document", () => {
  it("is OpenAPI 3.1 and has every endpoint", () => {
    expect(document.openapi).toBe("3.1.0");
    const inDocument = Object.values<object>(document.paths).flatMap((path) => Object.keys(path));
    expect(inDocument).toHaveLength(endpoints.length);
  });

  it("begins with no time that a setting decides, and says of no header that every answer has it", () => {
    expect(document.info.description).toContain("RateLimit-Policy");
    expect(document.info.description).not.toMatch(/\d+ (second|minute|hour|day)|on every answer[^,]* states/);
  });

  it("has the license of package.json, and leads to the host that it came from", () => {
    expect(document.info.license).toStrictEqual({ name: license, url: `https://spdx.org/licenses/${license}` });
    expect(document.servers).toStrictEqual([{ url: "/" }]);
  });

  it("is the committed openapi.json, with the values of its own settings", () => {
    const [committed] = Object.values(committedFiles);
    const contact = { name: settings.PROJECT_NAME };
    expect(committed).toBe(`${JSON.stringify({ ...document, info: { ...document.info, contact } }, undefined, 2)}\n`);
    expect(document.info.contact).toStrictEqual({ ...contact, url: settings.FRONTEND_URL });
  });

  it.each(endpoints.map((endpoint: Endpoint) => ({ id: endpoint.policy.operationId, endpoint })))(
    "has each error of $id with its codes, examples and headers",
    ({ endpoint }) => {
      const answers = answersIn(document, operationOf(endpoint));
      const byStatus = Map.groupBy(codesOf(endpoint.contract), (code) => errorTable[code].status);
      const errors = Object.keys(answers).filter((status) => Number(status) >= 400);
      expect(errors).toStrictEqual([...byStatus.keys()].map(String).toSorted());
      for (const [status, codes] of byStatus) {
        const { content = {}, headers = {}, description } = answers[status] ?? {};
        const told = endpoint.route.responses[status];
        expect(told, "the answer is that of its own endpoint").toMatchObject({ description });
        expect(Object.keys(headers)).toStrictEqual(Object.keys((told && "headers" in told && told.headers) || {}));
        const [{ schema, examples = {} } = { schema: {} }, ...others] = Object.values(content);
        expect(others).toStrictEqual([]);
        expect(schema.allOf?.[1]?.properties?.code?.enum).toStrictEqual(codes);
        for (const code of codes) {
          const name = examples[code]?.$ref.replace("#/components/examples/", "") ?? "";
          expect(document.components.examples[name].value).toStrictEqual(exampleProblem(code, endpoint.policy));
        }
      }
    },
  );

  it.each(operations)("tells what $policy.operationId is for", ({ operation }) => {
    expect(operation.summary, "summary: a capital, and at most 61 characters").toMatch(/^[A-Z].{3,60}$/);
    expect(operation.description, "description: a capital, and a full stop").toMatch(/^[A-Z].+\.$/s);
    const told = document.tags.map((tag: { name: string }) => tag.name);
    expect(told, "src/endpoint/document.ts describes each tag").toEqual(expect.arrayContaining(operation.tags));
  });

  it("has content in each 200 and 201, since the client takes an empty one for a proxy's", () => {
    const empty = operations.flatMap(({ policy, operation }) =>
      [200, 201].flatMap((status) => {
        const answer = operation.responses[status];
        return answer && !answer.content ? [`${policy.operationId} ${status}`] : [];
      }),
    );
    expect(empty, "answer 204 instead, or 202 if work will follow").toStrictEqual([]);
  });

  it("gives an example of every field of every body", () => {
    const isTold = (schema: Schema): boolean => {
      const { $ref, type, format, example, enum: values, const: value, items, oneOf, properties } = schema;
      if ($ref) return isTold(document.components.schemas[$ref.split("/").at(-1) ?? ""]);
      const inner = [...(items ? [items] : []), ...(oneOf ?? []), ...Object.values(properties ?? {})];
      if (inner.length > 0) return example !== undefined || inner.every(isTold);
      return [example, values, value].some((one) => one !== undefined) || type === "boolean" || format === "binary";
    };
    const untold = operations.flatMap(({ policy, operation }) => {
      const contents = Object.values<{ schema: Schema }>(operation.requestBody?.content ?? {});
      const objects = withReferences(...contents.map(({ schema }) => schema)) as Schema[];
      const fields = objects.flatMap(({ properties = {} }) => Object.entries(properties));
      return fields.flatMap(([field, schema]) => (isTold(schema) ? [] : [`${policy.operationId} ${field}`]));
    });
    expect(untold, "add .openapi({ example: … }) to each").toStrictEqual([]);
  });

  it.each(bodiesOf(operations.filter(({ policy }) => !isTolerant(policy))).filter((name) => !ofOthers.includes(name)))(
    "takes no field that %s has not",
    (name) => {
      const advice = `make it of z.strictObject, or add "${name}" to ofOthers in this file if others write such bodies`;
      const schema: Schema = document.components.schemas[name];
      for (const body of [schema, ...(schema.oneOf ?? [])].map(resolved)) {
        if (body.properties) expect(body.additionalProperties, advice).toBe(false);
      }
    },
  );

  it("asks for a body wherever one is needed", async () => {
    const ada = await aUser();
    for (const { policy, route, operation } of operations) {
      if (!operation.requestBody) continue;
      const { status } = await api.call(route.method.toUpperCase(), examplePath({ route }), { token: ada.token });
      expect(operation.requestBody.required, policy.operationId).toBe(status === 415);
    }
  });

  it("has no default in a body, by which generated types would demand the field", () => {
    for (const { policy, operation } of operations) {
      const schemas = withReferences(operation.requestBody ?? {});
      expect(JSON.stringify(schemas), policy.operationId).not.toContain('"default":');
    }
  });

  it.each(
    operations.flatMap(({ policy, route, operation }) =>
      Object.entries<Content>(operation.requestBody?.content ?? {}).map(([type, content]) => ({
        ...{ id: policy.operationId, method: route.method.toUpperCase(), path: examplePath({ route }), type, content },
      })),
    ),
  )("$id takes the body of its examples, as $type", async ({ id, method, path, type, content }) => {
    const ada = await aUser({ password_hash: dummyHash });
    const given = inType(type, content);
    // Those that the endpoint needs, such as a signature.
    const needed = await called.find(({ operationId }) => operationId === id)?.make();
    const headers = { ...needed?.headers, ...("headers" in given && given.headers) };
    const answer = await api.call(method, path, { token: ada.token, ...given, headers });
    const refusals = ["bad_request", "invalid_request", "unsupported_grant_type", "validation_failed"];
    expect(refusals, answer.text).not.toContain(answer.body?.code);
  });

  it("tells how to sign in", () => {
    expect(document.components.securitySchemes).toMatchObject({
      bearer: { type: "http", scheme: "bearer" },
      apiKey: { type: "http", scheme: "bearer", description: expect.stringContaining("POST /api-keys") },
      password: { type: "oauth2", flows: { password: { tokenUrl: "/api/v1/auth/login" } } },
    });
    for (const { policy, operation } of operations) {
      const schemes = (operation.security ?? []).flatMap((scheme: object) => Object.keys(scheme));
      const people = policy.access === "public" ? [] : ["password", "bearer"];
      const signed = endpoints.find((one: Endpoint) => one.policy === policy)?.contract.signed;
      const others = [...(policy.permission ? ["apiKey"] : []), ...Object.keys(signed ? securitySchemeOf(signed) : {})];
      expect(schemes, policy.operationId).toStrictEqual([...people, ...others]);
      expect(Object.keys(document.components.securitySchemes)).toEqual(expect.arrayContaining(schemes));
    }
  });
});

/** Every check of a schema, at any depth. */
function checksIn(value: unknown, seen = new Set<unknown>()): { check: string }[] {
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  const inner = value instanceof z.ZodType ? Object.values(value.def) : Object.values(value);
  const own = value instanceof z.ZodType ? (value.def.checks ?? []) : [];
  return [...own.map((check) => check._zod.def), ...inner.flatMap((one) => checksIn(one, seen))];
}

describe("a schema of a request", () => {
  it.each(endpoints.filter(({ contract }) => contract.request).map((one) => [one.policy.operationId, one] as const))(
    "%s names the type of whatever it refuses: rule(…), not refine(…)",
    (_id, { contract }) => {
      const custom = checksIn(contract.request).filter(({ check }) => check === "custom");
      expect(custom.filter((check) => !isRule(check))).toStrictEqual([]);
    },
  );

  it("would be found otherwise", () => {
    const refined = { body: z.object({ a: z.array(z.string().refine(Boolean)) }) };
    const ruled = { body: z.object({ a: z.array(z.string().check(rule(Boolean, "duplicate"))) }) };
    expect(checksIn(refined).filter((check) => !isRule(check))).toHaveLength(1);
    expect(checksIn(ruled).map(isRule)).toStrictEqual([true]);
  });
});

describe("a query parameter", () => {
  const sent: Record<string, [text: string, value: unknown][]> = {
    integer: [["1", 1]],
    boolean: [
      ["true", true],
      ["false", false],
    ],
  };
  const misread = (query: z.ZodObject | undefined, parameters: ReturnType<typeof parametersOf>) =>
    parameters.flatMap(({ name, schema }) => {
      const values = sent[String(resolved(schema).type)] ?? [];
      return values.filter(([text, value]) => query?.shape[name]?.safeParse(text).data !== value).map(() => name);
    });
  const withQuery = endpoints.filter((endpoint) => parametersOf(endpoint, "query").length > 0);

  it.each(withQuery.map((one) => ({ id: one.policy.operationId, one })))(
    "of $id is read as its documented type",
    ({ one }) => {
      expect(misread(completed(one.contract).request?.query, parametersOf(one, "query"))).toStrictEqual([]);
    },
  );

  it("of a wrong type would be found", () => {
    const parameter = { name: "flag", in: "query" as const, schema: { type: "boolean" } };
    expect(misread(z.object({ flag: z.coerce.boolean() }), [parameter])).toStrictEqual(["flag"]);
    expect(misread(z.object({ flag: z.boolean() }), [parameter])).toStrictEqual(["flag", "flag"]);
    expect(misread(z.object({ flag: Flag }), [parameter])).toStrictEqual([]);
  });
});

describe("promise 12: an unknown query parameter is refused, never ignored", () => {
  const strict = endpoints.filter(({ contract: { anyQuery, oauth } }) => !anyQuery && !oauth);
  const anAdmin = () => aUser({ role: "admin" });
  it.each(strict.map(({ policy, route }) => ({ id: policy.operationId, policy, route })))(
    "$id answers 422",
    async ({ policy, route }) => {
      const ada = await aUser({ role: policy.access === "admin" ? "admin" : "user" });
      const path = examplePath({ route });
      const url = `${path}${path.includes("?") ? "&" : "?"}unknown=1&__proto__=2&unknown=3`;
      const answer = await api.call(route.method.toUpperCase(), url, { token: ada.token });
      expect(answer.status).toBe(422);
      expect(answer.body.errors).toStrictEqual([
        { loc: ["query", "unknown"], msg: "Field not allowed", type: "extra_forbidden" },
        { loc: ["query", "__proto__"], msg: "Field not allowed", type: "extra_forbidden" },
      ]);
      if (route.method !== "get") return;
      expect((await api.call("HEAD", url, { token: ada.token })).status).toBe(422);
    },
  );

  it.each(["q=Jos%E9", "q=%ED%A0%80", "q=%c3%c3%a9", "q=a&%71=%ff"])(
    "nor is one that is not UTF-8: %s",
    async (query) => {
      const answer = await (await anAdmin()).get(`/users?${query}`);
      expect([answer.status, answer.body.errors[0]?.loc]).toStrictEqual([422, ["query", "q"]]);
      expect(answer.body.errors[0]).toMatchObject({ type: "invalid_unicode" });
    },
  );

  it("counts a second question mark as a part of its name", async () => {
    const answer = await (await anAdmin()).get("/users??q=a");
    expect([answer.status, answer.body.errors[0]?.loc]).toStrictEqual([422, ["query", "?q"]]);
  });

  it("may hold a percent sign that encodes nothing", async () => {
    for (const q of ["100%", "%zz", "%25%25%25"])
      expect((await (await anAdmin()).get(`/users?q=${q}`)).status).toBe(200);
  });

  it("is ignored where an RFC says so, by the page for people, and by OPTIONS", async () => {
    expect((await api.post("/auth/login?resource=x", { form: { username: "nobody", password: "x" } })).status).toBe(
      400,
    );
    expect((await api.get("/docs?utm_source=mail")).status).toBe(200);
    expect((await api.call("OPTIONS", "/users/me?unknown=1")).status).toBe(204);
  });
});

describe("promise 13: answers hold only documented fields", () => {
  // The harness asserts for every answer of these tests that it holds no other fields.
  it("documents no hash, no token's hash and no deleted_at", () => {
    const { schemas } = document.components;
    const answered = operations.flatMap(({ operation }) => namesIn(operation.responses));
    const fields = namesIn(schemas).concat(answered);
    expect(fields).toEqual(expect.arrayContaining(["access_token", "full_name"]));
    expect(fields.filter((name) => /(^|_)hash(es|ed)?(_|$)|^(deleted|purged)_at$/.test(name))).toStrictEqual([]);
  });
});

describe("promise 1: only our tokens are accepted, and a bad one costs no query", async () => {
  const user = await aUser();
  const { token: ring } = await keysFor(settings);
  const { kid, key } = ring.signing;
  const seconds = Math.floor(Date.now() / 1000);
  const good = {
    iss: "plinth",
    aud: "plinth-api",
    sub: user.id,
    sid: user.sessionId,
    jti: crypto.randomUUID(),
    iat: seconds,
    exp: seconds + 60,
  };
  const sign = (claims: object, header: object = {}, by: CryptoKey | Uint8Array = key) =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid, ...header }).sign(by);
  const { exp: _exp, ...withoutExp } = good;
  const { jti: _jti, ...withoutJti } = good;
  const longest = tokenPolicy(settings).lifetimeSeconds;
  const bad: Record<string, string> = {
    garbage: "garbage",
    "not a token": "a.b.c",
    huge: "a".repeat(20_000),
    expired: await tokenFor(user, new Date(Date.now() - 24 * 60 * 60 * 1000)),
    "from the future": await tokenFor(user, new Date(Date.now() + 60 * 60 * 1000)),
    "signed by another key": await sign(good, {}, new TextEncoder().encode("k".repeat(32))),
    "signed by the raw secret": await sign(good, {}, new TextEncoder().encode(settings.SECRET_KEY[0])),
    unsigned: `${btoa('{"alg":"none","typ":"at+jwt"}')}.${btoa(JSON.stringify(good))}.`.replaceAll("=", ""),
    "signed by an unknown key": await sign(good, { kid: "unknown" }),
    "signed by no named key": await sign(good, { kid: undefined }),
    "of another type": await sign(good, { typ: "JWT" }),
    "of another issuer": await sign({ ...good, iss: "other" }),
    "for another audience": await sign({ ...good, aud: "other" }),
    "for another audience, too": await sign({ ...good, aud: ["plinth-api", "other"] }),
    "for a list of audiences": await sign({ ...good, aud: ["plinth-api"] }),
    "for no session id": await sign({ ...good, sid: "1 or 1=1" }),
    "without exp": await sign(withoutExp),
    "without jti": await sign(withoutJti),
    "living too long": await sign({ ...good, exp: seconds + longest + 1 }),
    "for no user id": await sign({ ...good, sub: "1 or 1=1" }),
  };

  it("accepts the token that the others are variations of", async () => {
    expect((await api.get("/users/me", { token: await sign(good) })).status).toBe(200);
  });

  it.each(Object.entries(bad))("refuses one that is %s", async (_what, token) => {
    const answer = await api.get("/users/me", { headers: { Authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("WWW-Authenticate")).toBe('Bearer error="invalid_token"');
    expect(answer.body.code).toBe("invalid_token");
    expect(answer.roundTrips).toBe(0);
  });

  it.each(
    guarded.map(({ route, policy }) => ({ method: route.method, url: examplePath({ route }), id: policy.operationId })),
  )("$id answers 401 without a token, with garbage and with an expired one", async ({ method, url }) => {
    const none = await api.call(method.toUpperCase(), url);
    expect(none.status).toBe(401);
    expect(none.headers.get("WWW-Authenticate")).toBe("Bearer");
    for (const token of [bad.garbage, bad.expired]) {
      const answer = await api.call(method.toUpperCase(), url, token === undefined ? {} : { token });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("WWW-Authenticate")).toBe('Bearer error="invalid_token"');
      expect(answer.roundTrips).toBe(0);
    }
  });
});

describe("promise 2: a user who is gone is refused at the next request", () => {
  it.each(guarded.map((endpoint) => ({ endpoint, id: endpoint.policy.operationId })))(
    "$id lets a deactivated or deleted user do nothing",
    async ({ endpoint }) => {
      const { method } = endpoint.route;
      const body = carrying(endpoint);
      for (const gone of [{ is_active: false }, { deleted_at: new Date().toISOString() }]) {
        const user = await aUser({ ...gone, role: "admin" });
        // Its own path, where the parameter names a user.
        const ids = Object.fromEntries(
          parametersOf(endpoint, "path").flatMap(({ name, schema }) =>
            schema.format === "uuid" ? [[name, user.id]] : [],
          ),
        );
        const answer = await api.call(method.toUpperCase(), examplePath(endpoint, ids), { token: user.token, ...body });
        expect(answer.status).toBe(401);
        expect(answer.body.code).toBe("invalid_token");
      }
    },
  );
});
