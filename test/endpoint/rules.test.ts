import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createApp } from "../../src/app.ts";
import { members, organizations } from "../../src/db/schema.ts";
import { file, files, multipart, upload } from "../../src/endpoint/bodies.ts";
import { body, endpoint, formOrJson, json, optional } from "../../src/endpoint/endpoint.ts";
import { downloadOf } from "../../src/http/download.ts";
import { endpoints } from "../../src/routes/index.ts";
import { batchOf } from "../../src/schemas/batches.ts";
import { IdParams } from "../../src/schemas/common.ts";
import { Health } from "../../src/schemas/health.ts";
import { pageOf } from "../../src/schemas/pages.ts";
import { decimal, Flag, listOf, Moment, wholeNumber } from "../../src/schemas/parameters.ts";

const sound = {
  method: "get",
  path: "/things/{id}",
  operationId: "readThing",
  tags: ["things"],
  summary: "Get a thing",
  description: "A thing.",
  access: "user",
  request: { params: IdParams },
  responses: { 200: json(Health, "It") },
};

/** A contract with these fields in its body. */
function taking(...fields: string[]) {
  const schema = z.strictObject(Object.fromEntries(fields.map((field) => [field, z.string()])));
  return { method: "post", access: "public", request: { params: IdParams, body: body(schema) } };
}

/** The same, of a user. */
function referring(...fields: string[]) {
  return { ...taking(...fields), access: "user" };
}

const texts = {
  count: wholeNumber({ min: 1, max: 9 }).default(1),
  names: listOf(z.string()).optional(),
  price: decimal({ min: 0, max: 9, places: 2 }).optional(),
  word: z.union([z.literal("a"), z.uuid()]).nullable(),
};
const Tagged = z.object({ etag: z.string() });
const many = files({ types: ["image/png"], most: 3 });

/** A contract that is counted by its token. */
function carrying(carries: string) {
  return { ...taking("token", "refresh_token"), carries };
}

/** Makes endpoints untyped, since the compiler would refuse them as well. */
function made(...contracts: object[]) {
  const values = contracts.map((contract) => endpoint({ ...sound, ...contract } as never, (() => undefined) as never));
  return () => createApp(values);
}

describe("createApp", () => {
  it("takes what is sound", () => {
    expect(made({})).not.toThrow();
    expect(() => createApp(endpoints)).not.toThrow();
  });

  it.each<[string, object]>([
    ["the current password", { ...taking("current_password"), changes: { "password.changed": "password" } }],
    ["a sign-in", { ...taking("username", "password"), changes: { "sign_in.new_network": "password" } }],
    ["a token that was mailed", { ...carrying("mailed_token"), changes: { "password.reset": "mailed_link" } }],
    ["a refresh token", { ...carrying("refresh_grant"), changes: { "session.replayed": "refresh_token" } }],
    ["who is signed in", { changes: { "username.changed": "access_token", "account.deleted": "admin" } }],
  ])("takes %s for the proof of a sensitive change", (_what, contract) => {
    expect(made(contract)).not.toThrow();
  });

  it.each<[string, object]>([
    ["a query of texts and what is made of them", { query: z.object({ ...texts, when: Moment, is: Flag.optional() }) }],
    [
      "headers and cookies",
      { headers: z.object({ "X-Shop": z.string() }), cookies: z.object({ theme: z.enum(["dark"]) }) },
    ],
    ["a form with files", { body: multipart({ ...texts, one: file({ types: ["image/png"] }).optional(), many }) }],
    [
      "JSON, which has numbers and lists, and may be read more freely",
      { body: body(z.strictObject({ count: z.coerce.number(), names: z.array(z.string()) })) },
    ],
    ["a form or JSON", { body: formOrJson(z.object(texts), z.object({ count: z.int() })) }],
  ])("takes %s", (_what, input) => {
    expect(made({ method: "post", request: { params: IdParams, ...input } })).not.toThrow();
  });

  const Token = z.strictObject({ token: z.string() });
  it.each<[string, z.ZodType, z.ZodType]>([
    ["of two objects", Token.and(z.strictObject({ password: z.string() })), Health.and(Tagged)],
    ["that is read-only", Token.readonly(), Tagged.readonly()],
    ["that may be left out", Token.optional(), Tagged.nullable()],
    ["that is transformed", Token.transform((given) => given), Tagged.transform((it) => it)],
    ["that is prepared", z.preprocess((given) => given, Token), z.preprocess((given) => given, Tagged)],
    ["of several kinds", z.union([Token, Token.extend({ more: z.string() })]), z.union([Tagged, Tagged.and(Health)])],
  ])("finds a token and an etag in a schema %s", (_what, token, tagged) => {
    const mailed = { method: "post", access: "public", carries: "mailed_token" };
    expect(made({ ...mailed, request: { params: IdParams, body: body(token) } })).not.toThrow();
    expect(made({ versioned: true, responses: { 200: json(tagged, "It") } })).not.toThrow();
  });

  const withoutParams = { path: "/things", request: {} };
  const posting = { ...withoutParams, method: "post" };
  const film = upload({ types: ["video/mp4"], maxBytes: 1e8 });
  const paged = { ...withoutParams, paged: true, responses: { 200: json(pageOf(Health), "A page") } };
  const batched = {
    ...posting,
    batch: true,
    idempotent: true,
    request: { body: body(batchOf(Health, Health, { status: "ok" })) },
  };
  const shared = { access: "public", cached: { seconds: 1, staleSeconds: 1 } };
  const kept = { contract: shared, policy: { operationId: "readThings", path: "/things" } };
  const asking = (query: z.ZodRawShape) => ({ request: { params: IdParams, query: z.object(query) } });
  const below = {
    path: "/organizations/{organization_id}/things",
    request: { params: z.object({ organization_id: z.uuid() }) },
  };
  it.each<[object, string]>([
    [{ roundtrips: 2 }, "readThing: a contract has no roundtrips"],
    [{ idempotant: true }, "a contract has no idempotant"],
    [{ request: { params: IdParams, querry: IdParams } }, "a request has no querry"],
    [{ access: "support" }, "access is one of public, user, admin"],
    [{ access: "toString" }, "access is one of public, user, admin"],
    [{ permission: "items:read" }, "permission is for keys: name them in callers"],
    [{ callers: ["key"], permission: "items:read" }, 'callers are ["user", "key"], or people alone'],
    [{ callers: ["user", "key"] }, "a key needs a permission of src/permissions.ts: add permission"],
    [{ callers: ["user", "key"], permission: "items:destroy" }, "and items:destroy is none"],
    [{ access: "public", callers: ["user", "key"], permission: "items:read" }, "a key is neither a stranger nor an"],
    [
      { access: "admin", callers: ["user", "key"], permission: "items:read" },
      "a key is neither a stranger nor an admin",
    ],
    [
      { callers: ["user", "key"], permission: "items:read", changes: { "username.changed": "access_token" } },
      "no key makes a sensitive change",
    ],
    [{ callers: ["user", "key"], permission: "items:read", fresh: "10m" }, "a key proves no password"],
    [{ ...below, callers: ["user", "key"], access: { member: "admin" } }, "and admin is none"],
    [
      { ...below, callers: ["user", "key"], access: { member: "keys:manage" }, permission: "items:read" },
      "permission is the one that { member } names: leave it out",
    ],
    [{ rate: "rarely" }, "there is no rate class rarely in src/context/policy.ts, which has public, user, "],
    [{ carries: "session" }, "there is no token session to carry; there are refresh_token, "],
    [{ carries: "mailed_token" }, "a user is counted, not the token"],
    [{ access: "public", carries: "mailed_token" }, "a call carries its token in a body"],
    [{ access: "public", uncounted: true }, "uncounted needs roundTrips: 0"],
    [{ uncounted: true, roundTrips: 0 }, 'uncounted needs access: "public"'],
    [{ access: "public", uncounted: true, roundTrips: 0, rate: "heavy" }, "an uncounted call has no rate"],
    [{ method: "head" }, "method is one of get, post, put, patch, delete"],
    [{ roundTrips: 1.5 }, "roundTrips is a whole number"],
    [{ roundTrips: -1 }, "roundTrips is a whole number"],
    [{ operationId: "read thing" }, "operationId is the name that its value is exported by"],
    [{ errors: ["gone"] }, "there is no error gone"],
    [{ errors: ["not_found", "not_found"] }, "errors have each code once"],
    [{ path: "/things/:id" }, "write /things/{id}"],
    [{ path: "/things//{id}" }, "is no path"],
    [{ path: "/things/{id}/" }, "with no trailing slash"],
    [{ path: "things/{id}" }, "is no path"],
    [{ path: "/things/{id}.json" }, "is no path"],
    [{ path: "/things/*" }, "is no path"],
    [{ path: "/things/{id}/parts/{part}" }, "the path has {part}, and params do not"],
    [{ path: "/things" }, "the path lacks {id}"],
    [{ path: "/things/{id}/{id}" }, "a parameter is in the path once"],
    [{ ...withoutParams, request: { query: z.string() } }, "query must be a z.object"],
    [{ responses: {} }, "responses have an answer with a status below 400"],
    [{ responses: { 304: { description: "Known" } } }, "responses have an answer with a status below 400"],
    [{ responses: { ...sound.responses, 404: json(Health, "No") } }, "responses have no 404"],
    [{ responses: { ...sound.responses, 400: json(Health, "No") } }, "responses have no 400"],
    [{ responses: { ...sound.responses, 199: json(Health, "No") } }, "responses have no 199"],
    [{ responses: { 204: json(Health, "None") } }, "204 has no body"],
    [{ responses: { ...sound.responses, 304: json(Health, "Known") } }, "304 has no body"],
    [{ idempotent: true }, "a get has no effect"],
    [{ method: "post", access: "public", idempotent: true }, 'idempotent needs access: "user"'],
    [{ method: "post", access: "public", cached: { seconds: 1, staleSeconds: 1 } }, "only a get can be cached"],
    [{ cached: { seconds: 1, staleSeconds: 1 } }, 'needs access: "public"'],
    [{ access: "public", versioned: true }, 'versioned needs access: "user"'],
    [{ access: "public", withoutSettings: true, offBy: "DOCS" }, "no setting is known without settings"],
    [{ offBy: "SIGNUP" }, "SIGNUP is no setting that is on or off"],
    [{ path: "/", request: {} }, "/ is no path"],
    [{ ...posting, request: { body: body(Health, { maxBytes: 0.5 }) } }, "maxBytes is a whole number"],
    [{ ...posting, request: { body: body(Health, { maxBytes: 2e7 }) } }, "a body above 16 MiB is an upload"],
    [{ ...posting, request: { body: multipart({}, { maxBytes: 2e7 }) } }, "a body above 16 MiB is an upload"],
    [{ ...posting, request: { body: optional(film) } }, "an upload is not optional"],
    [{ ...posting, request: { body: film }, idempotent: true }, "an upload is read once"],
    [{ ...posting, request: { body: film }, access: "public", carries: "mailed_token" }, "an upload has no field"],
    [{ ...posting, request: { body: { ...film, seconds: 0 } } }, "seconds is the time"],
    [{ ...posting, request: { body: body(Health, { seconds: -1 }) } }, "seconds is the time"],
    [
      { ...posting, request: { body: { ...film, upload: { verified: true } } } },
      "no entry of src/http/magic-bytes.ts proves video/mp4",
    ],
    [{ ...asking({ count: z.number() }) }, "count in query is sent as text, which is never a number: use wholeNumber"],
    [{ ...asking({ count: z.int().optional() }) }, "count in query is sent as text, which is never a number"],
    [{ ...asking({ names: z.array(z.string()).default([]) }) }, "names in query is a list: use listOf"],
    [{ ...asking({ is: z.boolean() }) }, "is in query is sent as text, which is never a boolean: use Flag"],
    [{ ...asking({ at: z.date().nullable() }) }, "at in query is sent as text, which is never a date: use Moment"],
    [{ ...asking({ by: z.object({ name: z.string() }) }) }, "by in query is sent as text, which is never an object"],
    [
      { ...asking({ many: z.union([z.int(), z.boolean()]) }) },
      "many in query is sent as text, which is never a number",
    ],
    [
      { ...asking({ n: z.coerce.number() }) },
      'n in query is read by z.coerce, which takes "" for 0: use wholeNumber or',
    ],
    [{ ...asking({ n: z.coerce.bigint().optional() }) }, 'n in query is read by z.coerce, which takes "" for 0'],
    [{ ...asking({ is: z.coerce.boolean().default(true) }) }, 'which takes "false" for true: use Flag'],
    [{ ...asking({ at: z.coerce.date().nullable() }) }, 'which takes "1" for a day in 2001: use Moment'],
    [{ ...asking({ word: z.coerce.string() }) }, 'which takes what is missing for "undefined": use text'],
    [{ ...asking({ n: z.string().pipe(z.coerce.number()) }) }, "n in query is read by z.coerce"],
    [{ ...asking({ n: z.preprocess((given) => given, z.coerce.number()) }) }, "n in query is read by z.coerce"],
    [{ ...asking({ n: z.union([z.literal("all"), z.coerce.number()]) }) }, "n in query is read by z.coerce"],
    [{ ...asking({ n: listOf(z.coerce.number<string>()) }) }, "n in query is read by z.coerce"],
    [{ request: { params: z.object({ id: z.coerce.number() }) } }, "id in params is read by z.coerce"],
    [
      { request: { params: IdParams, headers: z.object({ "X-Count": z.coerce.number() }) } },
      "X-Count in headers is read by z.coerce",
    ],
    [{ ...posting, request: { body: multipart({ n: z.coerce.number() }) } }, "n in a form is read by z.coerce"],
    [
      { ...posting, request: { body: formOrJson(z.object({ n: z.coerce.number() }), Health) } },
      "n in a form is read by z.coerce",
    ],
    [{ request: { params: z.object({ id: z.int() }) } }, "id in params is sent as text"],
    [
      { request: { params: IdParams, headers: z.object({ "X-Count": z.int() }) } },
      "X-Count in headers is sent as text",
    ],
    [{ request: { params: IdParams, cookies: z.object({ theme: z.int() }) } }, "theme in cookies is sent as text"],
    [{ ...posting, request: { body: multipart({ count: z.number() }) } }, "count in a form is sent as text"],
    [
      { ...posting, request: { body: multipart({ names: z.array(z.string()) }) } },
      "names in a form is a list: use listOf",
    ],
    [
      { ...posting, request: { body: { ...formOrJson(Health, Health), required: true } } },
      "a body of several kinds is validated as the one that was sent: leave out required",
    ],
    [
      { ...posting, request: { body: upload({ types: ["multipart/form-data"], maxBytes: 1e6 }) } },
      "an upload is one file: declare a form as multipart",
    ],
    [
      { ...posting, access: "public", carries: "mailed_token", request: { body: body(Health) } },
      "carries mailed_token needs the field token in its body",
    ],
    [{ roundTrips: 0 }, "asking the guard takes a round trip: roundTrips are 1 or more"],
    [
      { ...posting, idempotent: true, changes: { "username.changed": "access_token" } },
      "a sensitive change tells its owner in the same statement, which no key can record: leave out idempotent",
    ],
    [{ ...posting, idempotent: true, roundTrips: 2 }, "idempotent calls c.var.run once: leave out roundTrips"],
    [{ refersTo: { thing_id: organizations } }, "a get has no body whose fields could refer to rows"],
    [
      { ...taking("thing_id"), refersTo: { thing_id: organizations } },
      'rows are reached by a caller: refersTo needs access: "user"',
    ],
    [
      { ...referring("thing"), refersTo: { thing_id: organizations } },
      "refersTo names thing_id, which is no field of its validated body",
    ],
    [
      { ...referring("thing_ids"), refersTo: { "thing_ids.*": organizations } },
      "refersTo names thing_ids.*, which is no field",
    ],
    [
      { ...referring("thing_id"), refersTo: { thing_id: members } },
      "refersTo thing_id needs a table with the column owner_id",
    ],
    [{ versioned: true, responses: { 200: json(z.array(Tagged), "Them") } }, "a versioned answer has etag: ETag"],
    [
      { versioned: true, responses: { 200: json(z.union([Tagged, Health]), "It") } },
      "a versioned answer has etag: ETag",
    ],
    [
      { ...shared, cached: { seconds: 0.5, staleSeconds: 0 } },
      "cached has seconds and staleSeconds, each a whole number",
    ],
    [
      { ...shared, cached: { seconds: 1, staleSeconds: -1 } },
      "cached has seconds and staleSeconds, each a whole number",
    ],
    [{ ...shared, cached: {} }, "cached has seconds and staleSeconds, each a whole number"],
    [
      { ...shared, responses: { 204: { description: "None" } } },
      "a cached endpoint has a 200, the only answer that is kept",
    ],
    [
      { ...shared, responses: { 200: downloadOf("Thing", "All") } },
      "a cached 200 has one media type: Accept does not reach the endpoint",
    ],
    [
      { ...shared, request: { params: IdParams, headers: z.object({ "Accept-Language": z.string() }) } },
      "a cached answer is the same for all: leave headers out of request",
    ],
    [
      { ...shared, request: { params: IdParams, cookies: z.object({ theme: z.string() }) } },
      "a cached answer is the same for all: leave cookies out of request",
    ],
    [{ evicts: [kept] }, "a get changes nothing that an answer shows"],
    [{ ...posting, evicts: [kept, { ...kept, contract: {} }] }, "evicts names readThings, which is not cached"],
    [{ ...posting, ranged: true }, "only a get is ranged"],
    [{ versioned: true, ranged: true }, "a ranged answer is neither paged, versioned nor cached"],
    [{ ranged: true, responses: { 200: { description: "It" } } }, "a ranged 200 has the media types of its files"],
    [{ ...posting, request: { body: { content: { "Image/*": {} } } } }, "Image/* is not a lower-case media type"],
    [{ ...posting, request: { body: { content: {} } } }, "a body has a media type"],
    [{ method: "get", ...withoutParams, request: { body: film } }, "a get has no body"],
    [{ version: 0 }, "version is a whole number"],
    [{ version: 1.5 }, "version is a whole number"],
    [{ version: 2, atRoot: true }, "a path at the root has no version"],
    [{ deprecated: {} }, "deprecated has a day in since"],
    [{ deprecated: { since: "2026-02-30" } }, "deprecated has a day in since"],
    [{ deprecated: { since: "2026-11-01", sunset: "soon" } }, "sunset is a day, and not before since"],
    [{ deprecated: { since: "2026-11-01", sunset: "2026-10-31" } }, "sunset is a day, and not before since"],
    [{ withoutSettings: true }, "no token can be verified without settings"],
    [
      { ...carrying("mailed_token"), uncounted: true, roundTrips: 0 },
      "an uncounted call has no rate and carries nothing",
    ],
    [{ changes: { "account.renamed": "admin" } }, "there is no sensitive change account.renamed"],
    [{ access: "public", changes: { "username.changed": "access_token" } }, "username.changed shows no access_token"],
    [{ access: "public", changes: { "account.deleted": "admin" } }, "account.deleted shows no admin"],
    [{ changes: { "account.role_changed": "command_line" } }, "account.role_changed shows no command_line"],
    [{ changes: { "password.changed": "password" } }, "password.changed shows no password"],
    [{ ...taking("username"), changes: { "password.changed": "password" } }, "password.changed shows no password"],
    [{ ...taking("password"), changes: { "password.changed": "password" } }, "password.changed shows no password"],
    [
      { ...carrying("refresh_token"), changes: { "password.reset": "mailed_link" } },
      "password.reset shows no mailed_link",
    ],
    [{ ...carrying("mailed_token"), changes: { "session.replayed": "refresh_token" } }, "shows no refresh_token"],
    [{ ...withoutParams, request: { body: { content: {} } } }, "a get has no body"],
    [
      { transaction: true },
      "a transaction connects, begins, asks the guard, runs statements and commits: add roundTrips",
    ],
    [
      { transaction: true, roundTrips: 4 },
      "a transaction needs roundTrips of 5 or more: to connect, begin, ask the guard, run a",
    ],
    [{ transaction: true, access: "public", roundTrips: 3 }, "a transaction needs roundTrips of 4 or more"],
    [
      { transaction: { isolation: "snapshot" }, roundTrips: 7 },
      "isolation is one of read committed, repeatable read, ",
    ],
    [{ transaction: { retries: 11 }, roundTrips: 7 }, "retries is a whole number from 0 to 10"],
    [{ transaction: { retries: 0.5 }, roundTrips: 7 }, "retries is a whole number from 0 to 10"],
    [{ transaction: true, roundTrips: 7, idempotent: true }, "a key is recorded with the statements of one round trip"],
    [{ transaction: true, roundTrips: 7, withoutSettings: true }, "no database is known without settings"],
    [{ versioned: true }, "a versioned answer has etag: ETag"],
    [{ ...paged, method: "post" }, "only a get is paged"],
    [{ ...paged, access: "public", withoutSettings: true }, "no cursor can be signed without settings"],
    [{ ...paged, request: { query: z.object({ cursor: z.string() }) } }, "paged adds cursor to the query"],
    [{ ...paged, request: { query: z.object({ limit: z.string() }) } }, "paged adds limit to the query"],
    [{ ...batched, request: { body: body(Health) } }, "the body of a batch is JSON of a schema made by batchOf"],
    [{ ...batched, idempotent: undefined }, "a batch whose answer was lost is sent again: add idempotent"],
    [{ ...batched, method: "put" }, "a batch is a post"],
    [{ ...batched, access: "public" }, 'a batch changes rows of a caller: it needs access: "user"'],
    [{ ...paged, responses: sound.responses }, "a paged 200 is JSON of a schema made by pageOf"],
    [{ ...paged, responses: { 204: { description: "None" } } }, "a paged 200 is JSON of a schema made by pageOf"],
  ])("refuses %j: %s", (contract, fault) => {
    expect(made(contract)).toThrow(fault);
  });

  it.each<[object, string]>([
    [{ rate: 5 }, "readThing: rate is a text"],
    [{ tags: "things" }, "readThing: tags is a list of one text or more"],
    [{ tags: [] }, "readThing: tags is a list of one text or more"],
    [{ tags: undefined }, "readThing: tags is missing: it is a list of one text or more"],
    [{ errors: "not_found" }, "readThing: errors is a list of texts"],
    [{ callers: "key" }, 'readThing: callers is ["user", "key"]'],
    [
      { access: undefined },
      "readThing: access is missing: it is public, user, admin or { member: a role or a permission }",
    ],
    [{ access: ["user"] }, "readThing: access is public, user, admin or { member: a role or a permission }"],
    [{ changes: "account.deleted" }, "readThing: changes is an object"],
    [{ responses: undefined }, "readThing: responses is missing: it is an object with an answer for each status"],
    [{ responses: { 200: "It" } }, "readThing: responses is an object with an answer for each status"],
    [{ parameters: "If-Match" }, "readThing: parameters is a list of objects"],
    [{ request: null }, "readThing: request is an object of params, query, headers, cookies and body"],
    [{ transaction: "serializable" }, "readThing: transaction is true or an object"],
    [{ versioned: "yes" }, "readThing: versioned is true, or left out"],
    [{ roundTrips: "2" }, "readThing: roundTrips is a number"],
    [{ method: undefined }, "readThing: method is missing: it is a text"],
    [{ operationId: undefined }, "get /things/{id}: operationId is missing: it is a text"],
    [{ tags: "things", rate: 5 }, "tags is a list of one text or more\nreadThing: rate is a text"],
  ])("refuses %j when it is declared: %s", (contract, fault) => {
    expect(() => made(contract)).toThrow(fault);
  });

  const other = { operationId: "other" };
  it.each<[string, object[], string]>([
    ["an operationId twice", [{}, { path: "/others/{id}" }], "another endpoint has this operationId"],
    ["a method and path twice", [{}, other], "GET /api/v1/things/{id} is not reached behind readThing"],
    [
      "a path twice, with another name for its parameter",
      [{}, { ...other, path: "/things/{key}", request: { params: z.object({ key: z.string() }) } }],
      "GET /api/v1/things/{key} is not reached behind readThing",
    ],
    [
      "a fixed path behind a parameter",
      [{}, { ...other, path: "/things/count", request: {} }],
      "other: GET /api/v1/things/count is not reached behind readThing, /api/v1/things/{id}: it must come before that",
    ],
  ])("refuses %s", (_what, contracts, fault) => {
    expect(made(...contracts)).toThrow(fault);
  });

  it("takes a fixed path before a parameter, or of another method", () => {
    const fixed = { ...other, path: "/things/count", request: {} };
    expect(made(fixed, {})).not.toThrow();
    expect(made({}, { ...fixed, method: "post" })).not.toThrow();
  });

  it("names every fault at once", () => {
    expect(made({ roundtrips: 2, path: "/things/:id" }, other)).toThrow(
      /readThing: a contract has no roundtrips; its words are method, path, .*\nreadThing: \/things\/:id is no path/,
    );
  });
});
