/** Code that must not compile. `tsc` fails if an expected error is missing. */
import { hc } from "hono/client";
import { expectTypeOf } from "vitest";
import { z } from "zod";
import type { EvictFor } from "../../src/context/types.ts";
import { Users } from "../../src/crud/users.ts";
import type { OrganizationTable, OwnedTable } from "../../src/db/schema.ts";
import { upload } from "../../src/endpoint/bodies.ts";
import { body, type Endpoint, endpoint, json } from "../../src/endpoint/endpoint.ts";
import type { Sound } from "../../src/endpoint/sound.ts";
import type { App } from "../../src/index.ts";
import { IdParams } from "../../src/schemas/common.ts";
import { Health } from "../../src/schemas/health.ts";
import { PageQuery, pageOf } from "../../src/schemas/pages.ts";
import type { User } from "../../src/schemas/users.ts";

const contract = {
  method: "get",
  path: "/things/{id}",
  operationId: "thing",
  tags: ["operations"],
  summary: "A thing",
  description: "A thing.",
  request: { params: IdParams },
  responses: { 200: json(Health, "It") },
} as const;
const answer = { status: "ok" } as const;

// A signed-in endpoint has its caller, and its validated input.
endpoint({ ...contract, access: "user" }, (c) => {
  expectTypeOf(c.var.user).toEqualTypeOf<{ id: string; sessionId: string }>();
  expectTypeOf(c.req.valid("param")).toEqualTypeOf<{ id: string }>();
  return c.json(answer, 200);
});

const keyed = { access: "user", callers: ["user", "key"], permission: "items:read" } as const;
const ofMembers = {
  ...contract,
  path: "/organizations/{organization_id}/things",
  access: { member: "items:read" },
  request: { params: IdParams.omit({ id: true }).extend({ organization_id: IdParams.shape.id }) },
} as const;
// A key has no session, and an organization's has no user.
endpoint({ ...contract, ...keyed }, (c) => {
  expectTypeOf(c.var.user).toEqualTypeOf<{ id: string }>();
  return c.json(answer, 200);
});
endpoint({ ...ofMembers, callers: ["user", "key"] }, (c) => {
  expectTypeOf(c.var.member.userId).toEqualTypeOf<string | null>();
  // @ts-expect-error: the key may be the organization's
  c.var.user;
  return c.json(answer, 200);
});
endpoint(ofMembers, (c) => {
  expectTypeOf(c.var.member.userId).toEqualTypeOf<string>();
  expectTypeOf(c.var.user.sessionId).toEqualTypeOf<string>();
  return c.json(answer, 200);
});
// @ts-expect-error: a key needs a permission
endpoint({ ...contract, access: "user", callers: ["user", "key"] }, (c) => c.json(answer, 200));
// @ts-expect-error: there is no such permission
endpoint({ ...contract, access: "user", callers: ["user", "key"], permission: "items:destroy" }, (c) =>
  c.json(answer, 200),
);
// @ts-expect-error: a key is no admin
endpoint({ ...contract, access: "admin", callers: ["user", "key"], permission: "items:read" }, (c) =>
  c.json(answer, 200),
);
// @ts-expect-error: a key proves no password
endpoint({ ...contract, access: "user", callers: ["user", "key"], permission: "items:read", fresh: "10m" }, (c) =>
  c.json(answer, 200),
);

// An upload has its stream, and other endpoints have none.
endpoint(
  {
    ...{ ...contract, method: "put", access: "user" },
    request: { params: IdParams, body: upload({ types: ["image/png"], maxBytes: 1_000 }) },
  },
  (c) => {
    expectTypeOf(c.var.upload.stream).toEqualTypeOf<ReadableStream<Uint8Array>>();
    // @ts-expect-error: nothing of it was parsed
    c.req.valid("json");
    return c.json(answer, 200);
  },
);
endpoint(
  {
    ...{ ...contract, method: "put", access: "user" },
    request: { params: IdParams, body: upload({ types: ["image/png"], maxBytes: 1_000, verified: true }) },
  },
  (c) => {
    expectTypeOf(c.var.upload.size).toEqualTypeOf<number>();
    expectTypeOf(c.var.upload.sha256()).toEqualTypeOf<string>();
    return c.json(answer, 200);
  },
);
// @ts-expect-error: no signature proves this type
upload({ types: ["video/mp4"], maxBytes: 1_000, verified: true });
endpoint({ ...contract, access: "user" }, (c) => {
  // @ts-expect-error: there is no upload
  c.var.upload;
  // @ts-expect-error: there is no file
  c.var.file;
  return c.json(answer, 200);
});

// @ts-expect-error: access is required
endpoint(contract, (c) => c.json(answer, 200));

// @ts-expect-error: access is one of three
endpoint({ ...contract, access: "everybody" }, (c) => c.json(answer, 200));

// @ts-expect-error: without a caller there is nobody to whom a key could belong
endpoint({ ...contract, method: "post", access: "public", idempotent: true }, (c) => c.json(answer, 200));

endpoint({ ...contract, access: "public" }, (c) => {
  // @ts-expect-error: a public endpoint has no caller
  c.var.user;
  // @ts-expect-error: the contract has no query
  c.req.valid("query");
  return c.json(answer, 200);
});

// @ts-expect-error: the body is not what the contract says
endpoint({ ...contract, access: "public" }, (c) => c.json({ status: "fine" }, 200));

// @ts-expect-error: the contract has no 201
endpoint({ ...contract, access: "public" }, (c) => c.json(answer, 201));

// @ts-expect-error: what only some may see is nobody's to keep
endpoint({ ...contract, access: "user", cached: { seconds: 1, staleSeconds: 1 } }, (c) => c.json(answer, 200));

// @ts-expect-error: what has an effect is not to be kept
endpoint({ ...contract, method: "post", access: "public", cached: { seconds: 1, staleSeconds: 1 } }, (c) =>
  c.json(answer, 200),
);

// @ts-expect-error: there is no such error
endpoint({ ...contract, access: "public", errors: ["no_such_code"] }, (c) => c.json(answer, 200));

// @ts-expect-error: an error is thrown, so that its code is one of the table
endpoint({ ...contract, access: "public", errors: ["not_found"] }, (c) => c.json({ code: "not_found" }, 404));

// @ts-expect-error: an error is listed in `errors`
endpoint({ ...contract, access: "public", responses: { 404: json(Health, "No") } }, (c) => c.json(answer, 404));

// @ts-expect-error: a path at the root belongs to no version
endpoint({ ...contract, access: "public", atRoot: true, version: 2 }, (c) => c.json(answer, 200));

// @ts-expect-error: a contract has no such word
endpoint({ ...contract, access: "public", roundtrips: 2 }, (c) => c.json(answer, 200));

// @ts-expect-error: a contract has no such word
endpoint({ ...contract, method: "post", access: "user", idempotant: true }, (c) => c.json(answer, 200));

type Misspelt = typeof contract & { access: "public"; roundtrips: 2 };
// The compiler's message names the word.
expectTypeOf<Sound<Misspelt>["roundtrips"]>().toEqualTypeOf<{ reason: "A contract has no roundtrips" }>();
expectTypeOf<2 & Sound<Misspelt>["roundtrips"]>().not.toBeNever();

type Kept = Omit<typeof contract, "method"> & {
  method: "post";
  access: "user";
  cached: { seconds: 1; staleSeconds: 1 };
};
// It names each reason why a word cannot stand beside the others.
expectTypeOf<Sound<Kept>["cached"]>().toEqualTypeOf<{
  reason: "only a get can be cached" | 'a cached answer is shared: it needs access: "public"';
}>();
expectTypeOf<Kept["cached"] & Sound<Kept>["cached"]>().not.toBeNever();

type Lacking<More> = typeof contract & { access: "user" } & More;
// It names at a word what that needs beside it.
expectTypeOf<Sound<Lacking<{ callers: ["user", "key"] }>>["callers"]>().toEqualTypeOf<{
  reason: "a key needs a permission of src/permissions.ts: add permission";
}>();
expectTypeOf<Sound<Lacking<{ transaction: true }>>["transaction"]>().toEqualTypeOf<{
  reason: "a transaction connects, begins, asks the guard, runs statements and commits: add roundTrips";
}>();

// @ts-expect-error: a permission is for keys
endpoint({ ...contract, access: "user", permission: "items:read" }, (c) => c.json(answer, 200));
// @ts-expect-error: a key makes no sensitive change
endpoint({ ...contract, ...keyed, changes: { "username.changed": "access_token" } }, (c) => c.json(answer, 200));
// @ts-expect-error: a role has no keys
endpoint({ ...ofMembers, access: { member: "admin" }, callers: ["user", "key"] }, (c) => c.json(answer, 200));
// @ts-expect-error: the access names the permission
endpoint({ ...ofMembers, callers: ["user", "key"], permission: "items:read" }, (c) => c.json(answer, 200));
// @ts-expect-error: a user is counted, not a token
endpoint({ ...contract, method: "post", access: "user", carries: "mailed_token" }, (c) => c.json(answer, 200));
// @ts-expect-error: a request that is not counted reaches no database
endpoint({ ...contract, access: "public", uncounted: true }, (c) => c.json(answer, 200));
// @ts-expect-error: a request that is not counted has no rate
endpoint({ ...contract, access: "public", uncounted: true, roundTrips: 0, rate: "heavy" }, (c) => c.json(answer, 200));
// @ts-expect-error: a part of a file has no version
endpoint({ ...contract, access: "user", ranged: true, versioned: true }, (c) => c.json(answer, 200));
// @ts-expect-error: a version belongs to a caller
endpoint({ ...contract, access: "public", versioned: true }, (c) => c.json(answer, 200));

// @ts-expect-error: a request has no such part
endpoint({ ...contract, access: "public", request: { params: IdParams, querry: IdParams } }, (c) =>
  c.json(answer, 200),
);

// @ts-expect-error: a parameter is written {id}
endpoint({ ...contract, access: "public", path: "/things/:id" }, (c) => c.json(answer, 200));

// @ts-expect-error: a path has no empty segment
endpoint({ ...contract, access: "public", path: "/things//{id}" }, (c) => c.json(answer, 200));

// @ts-expect-error: a path ends without a slash
endpoint({ ...contract, access: "public", path: "/things/{id}/" }, (c) => c.json(answer, 200));

// @ts-expect-error: a path begins with a slash
endpoint({ ...contract, access: "public", path: "things/{id}" }, (c) => c.json(answer, 200));

// @ts-expect-error: the path has a parameter that params lack
endpoint({ ...contract, access: "public", path: "/things/{id}/parts/{part}" }, (c) => c.json(answer, 200));

// @ts-expect-error: params have one that the path lacks
endpoint({ ...contract, access: "public", path: "/things" }, (c) => c.json(answer, 200));

// @ts-expect-error: nothing validates the parameter of the path
endpoint({ ...contract, access: "public", request: {} }, (c) => c.json(answer, 200));

// @ts-expect-error: there is an answer for where all goes well
endpoint({ ...contract, access: "public", responses: { 304: { description: "Known" } } }, (c) => c.body(null, 304));

endpoint({ ...contract, access: "public", withoutSettings: true }, (c) => {
  // @ts-expect-error: where the settings may be wrong there is no database
  c.var.run;
  return c.json(answer, 200);
});

// @ts-expect-error: a token cannot be verified without settings
endpoint({ ...contract, access: "user", withoutSettings: true }, (c) => c.json(answer, 200));

// @ts-expect-error: what has no effect needs no key
endpoint({ ...contract, access: "user", idempotent: true }, (c) => c.json(answer, 200));

// A change evicts what shows it.
declare const kept: Endpoint;
endpoint({ ...contract, method: "post", access: "user", evicts: [kept] }, (c) => {
  expectTypeOf(c.var.evictFor).toEqualTypeOf<EvictFor>();
  return c.json(answer, 200);
});
endpoint({ ...contract, method: "post", access: "user" }, (c) => {
  // @ts-expect-error: it declares nothing to evict
  c.var.evictFor;
  return c.json(answer, 200);
});
// @ts-expect-error: a get changes nothing
endpoint({ ...contract, access: "user", evicts: [kept] }, (c) => c.json(answer, 200));

// A field refers to rows that the caller can reach: a user's own, or those of the organization in the path.
declare const rows: { owned: OwnedTable; shared: OrganizationTable };
const owning = { request: { ...contract.request, body: body(z.strictObject({ thing_id: IdParams.shape.id })) } };
const changing = { ...contract, ...owning, method: "post", access: "user" } as const;
endpoint({ ...changing, refersTo: { thing_id: rows.owned } }, (c) => c.json(answer, 200));
// @ts-expect-error: a user's rows have an owner
endpoint({ ...changing, refersTo: { thing_id: rows.shared } }, (c) => c.json(answer, 200));
const sharing = { ...ofMembers, method: "post", refersTo: { thing_id: rows.shared } } as const;
endpoint(sharing, (c) => c.json(answer, 200));
// @ts-expect-error: members reach rows of their organization
endpoint({ ...sharing, refersTo: { thing_id: rows.owned } }, (c) => c.json(answer, 200));
// @ts-expect-error: a stranger reaches no row
endpoint({ ...changing, access: "public", refersTo: { thing_id: rows.owned } }, (c) => c.json(answer, 200));

// A list of pages has a cursor, and a page to answer.
const Things = pageOf(Health);
const list = { ...contract, path: "/things", request: {}, responses: { 200: json(Things, "A page") } } as const;
endpoint({ ...list, access: "user", paged: true }, async (c) => {
  expectTypeOf(c.req.valid("query")).toEqualTypeOf<{ limit: number; cursor?: string | undefined }>();
  await c.var.page(c.req.valid("query"), async () => []);
  return c.json({ items: [answer], next_cursor: null }, 200);
});

endpoint({ ...list, access: "user" }, (c) => {
  // @ts-expect-error: only a paged endpoint has pages
  c.var.page;
  return c.json({ items: [], next_cursor: null }, 200);
});

// @ts-expect-error: only a get is paged
endpoint({ ...list, method: "post", access: "user", paged: true }, (c) =>
  c.json({ items: [], next_cursor: null }, 200),
);

// @ts-expect-error: no cursor can be signed without settings
endpoint({ ...list, access: "public", withoutSettings: true, paged: true }, (c) =>
  c.json({ items: [], next_cursor: null }, 200),
);

// @ts-expect-error: paged adds the cursor
endpoint({ ...list, access: "user", paged: true, request: { query: PageQuery } }, (c) =>
  c.json({ items: [], next_cursor: null }, 200),
);

// A transaction gives its work what the handler has.
endpoint({ ...contract, access: "user", transaction: true, roundTrips: 7 }, async (c) => {
  const id = await c.var.transaction(async (tx) => {
    expectTypeOf(tx.user.id).toEqualTypeOf<string>();
    await tx.run(Users.find(tx.db, tx.user.id, tx.user));
    return tx.user.id;
  });
  expectTypeOf(id).toEqualTypeOf<string>();
  return c.json(answer, 200);
});
endpoint({ ...contract, access: "public", transaction: { retries: 2 }, roundTrips: 7 }, async (c) => {
  // @ts-expect-error: nobody is signed in
  await c.var.transaction(async (tx) => tx.user);
  return c.json(answer, 200);
});
endpoint({ ...contract, access: "user" }, (c) => {
  // @ts-expect-error: the contract declares no transaction
  c.var.transaction;
  return c.json(answer, 200);
});

// @ts-expect-error: a transaction says what it costs
endpoint({ ...contract, access: "user", transaction: true }, (c) => c.json(answer, 200));

// The typed client knows paths, input and answers, errors included.
const client = hc<App>("https://api.example.com");
const response = await client.api.v1.users[":id"].$get({ param: { id: "" } });
if (response.status === 200) expectTypeOf(await response.json()).toEqualTypeOf<z.output<typeof User>>();
if (response.status === 404) expectTypeOf((await response.json()).code).toEqualTypeOf<string>();
expectTypeOf(response.status).toEqualTypeOf<200 | 304 | 400 | 401 | 404 | 412 | 422 | 429 | 500 | 503>();
// A body that may also come as a form is JSON to the typed client.
const signedIn = await client.api.v1.auth.login.$post({ json: { username: "ada", password: "secret" } });
if (signedIn.status === 200) expectTypeOf((await signedIn.json()).access_token).toEqualTypeOf<string>();
// @ts-expect-error: a password is required
client.api.v1.users.$post({ json: { username: "ada", email: "ada@example.com" } });
