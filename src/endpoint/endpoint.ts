import type { RouteConfig, RouteHandler } from "@hono/zod-openapi";
import type { ZodType } from "zod";
import {
  bulkRates,
  consequencesOf,
  type Policy,
  permissionIn,
  type RateClass,
  secondsIn,
  usualBytes,
  type WorkKind,
} from "../context/policy.ts";
import { deprecationHeaders } from "../http/deprecation.ts";
import { headers, type ResponseHeader } from "../http/headers.ts";
import { type Caching, cacheable } from "../middleware/edge-cache.ts";
import { fileAnswers } from "../middleware/files.ts";
import { replayable } from "../middleware/idempotency.ts";
import { atHandler, inOrder, ofEndpoint } from "../middleware/order.ts";
import { linkedAnswers } from "../middleware/pages.ts";
import { securitySchemeOf } from "../middleware/signature.ts";
import { versionedAnswers } from "../middleware/versions.ts";
import { sizeInWords } from "../schemas/sizes.ts";
import { type BodyLimits, documentedBody } from "./bodies.ts";
import {
  type CodesOf,
  type Contract,
  codesOf,
  completed,
  type EnvOf,
  type Method,
  parametersOf,
  type RequestOf,
} from "./contract.ts";
import { fieldsIn, schemaIn } from "./inputs.ts";
import { type Problems, problemResponses } from "./problems.ts";
import type { Sound } from "./sound.ts";
import { refuseMisshapen } from "./words.ts";

type NotModified = { 304: { description: string } };
/** The further answers of a `ranged` endpoint. */
type InPart<C extends Contract> = NotModified & { 206: C["responses"][200] };

/** The route as its handler sees it: the contract's answers. Errors are thrown instead. */
type HandlerRoute<C extends Contract> = {
  method: C["method"];
  path: C["path"];
  responses: C["responses"] &
    (C extends { method: "get"; versioned: true } ? NotModified : unknown) &
    (C extends { ranged: true } ? InPart<C> : unknown);
} & RequestOf<C>;

/** The route as the typed client sees it: JSON only, even if a body may also be a form. */
type ClientRoute<C extends Contract> = {
  method: C["method"];
  path: C extends { atRoot: true } ? C["path"] : `/api/v${VersionOf<C>}${C["path"]}`;
  responses: C["responses"] &
    Problems<CodesOf<C>> &
    (C extends { cached: Caching } | { method: "get"; versioned: true } ? NotModified : unknown) &
    (C extends { ranged: true } ? InPart<C> : unknown);
} & (C extends FormOrJson<infer Json>
  ? { request: { body: { content: { "application/json": Json } } } }
  : RequestOf<C>);

type VersionOf<C extends Contract> = C extends { version: infer Version extends number } ? Version : 1;

type FormOrJson<Json> = {
  request: { body: { content: { "application/json": Json; "application/x-www-form-urlencoded": unknown } } };
};

/** An endpoint: the route that `openapiRoutes` registers, its policy, and the contract behind both. */
export type Endpoint<R extends RouteConfig = RouteConfig> = {
  route: R;
  handler: unknown;
  policy: Policy;
  contract: Contract;
};

/**
 * Declares an endpoint: contract, policy and handler as one value, completed with all that follows from it. Reading
 * `c.var.user` in a public endpoint, or an answer outside of the contract, does not compile.
 */
export function endpoint<const C extends Contract>(
  contract: C & Sound<C>,
  handler: RouteHandler<HandlerRoute<C>, EnvOf<C>>,
): { route: ClientRoute<C>; handler: RouteHandler<HandlerRoute<C>, EnvOf<C>>; policy: Policy; contract: Contract } {
  refuseMisshapen(contract);
  const policy = policyOf(contract);
  // `toRoute` returns this type, but TypeScript cannot follow a conditional type through a spread.
  const route = toRoute(completed(contract), policy) as unknown as ClientRoute<C>;
  return { route, handler: atHandler(policy, handler), policy, contract };
}

/** A JSON answer with these headers of its own, for `responses`. */
export function json<S extends ZodType>(schema: S, description: string, ...names: readonly ResponseHeader[]) {
  return { description, headers: headers(...names), content: { "application/json": { schema } } };
}

/** A JSON body, for `request`. `maxBytes` is 1 MiB by default, and `seconds`, in which it has to arrive, are 300. */
export function body<S extends ZodType>(schema: S, limits: BodyLimits = {}) {
  return { required: true, ...limits, content: { "application/json": { schema } } } as const;
}

/**
 * A body that may come as a form or as JSON, for `request`. The handler reads `{ ...c.req.valid("form"),
 * ...c.req.valid("json") }`: the one that was not sent is empty.
 */
export function formOrJson<Form extends ZodType, Json extends ZodType>(form: Form, json: Json) {
  // `required` would validate both. `requireContentType` ensures that one of them is there.
  return {
    content: { "application/x-www-form-urlencoded": { schema: form }, "application/json": { schema: json } },
  } as const;
}

/** Makes a body optional. */
export function optional<Body extends object>(body: Body): Omit<Body, "required"> & { readonly required: false } {
  return { ...body, required: false };
}

/** The declaration itself, with what follows from it for the stages of a request. */
function policyOf(contract: Contract): Policy {
  const { access, atRoot, callers, changes = {}, deprecated, fresh, oauth = false, permission, request } = contract;
  const { batch, method, roundTrips = 1, transaction, uncounted, version = 1, withoutSettings } = contract;
  const rate = contract.rate ?? (batch ? "heavy" : consequencesOf(access).rate);
  return {
    ...contract,
    path: atRoot ? contract.path : `/api/v${version}${contract.path}`,
    fresh: fresh && secondsIn(fresh),
    permission: callers && (permission ?? permissionIn(access)),
    rate: uncounted ? undefined : rate,
    work: uncounted || withoutSettings ? undefined : workOf(method, rate),
    deprecation: deprecated ? deprecationHeaders(deprecated) : [],
    // Every attempt may spend them.
    roundTrips: roundTrips * (1 + (typeof transaction === "object" ? (transaction.retries ?? 0) : 0)),
    maxBytes: request?.body?.maxBytes ?? usualBytes,
    oauth,
    // At a token endpoint `username` identifies the caller; it is not being set.
    fields: oauth ? [] : fieldsOf(contract),
    changes,
  };
}

function workOf(method: Method, rate: RateClass): WorkKind {
  if (bulkRates.includes(rate)) return "bulk";
  return method === "get" ? "read" : "write";
}

function toRoute(contract: Contract, policy: Policy): RouteConfig {
  const { method, operationId, summary, description, tags, access, request, responses } = contract;
  const { callers, idempotent, versioned, cached, paged, ranged, signed, deprecated } = contract;
  const schemes = [
    ...consequencesOf(access).security,
    ...(callers ? ["apiKey"] : []),
    ...(signed ? Object.keys(securitySchemeOf(signed)) : []),
  ];
  const isRead = method === "get";
  const tagged = versioned ? versionedAnswers(responses, isRead) : responses;
  const linked = paged ? linkedAnswers(tagged) : tagged;
  const parted = ranged ? fileAnswers(linked) : linked;
  const replayed = idempotent ? replayable(parted) : parted;
  return {
    ...{ method, path: policy.path, operationId, summary, tags: [...tags] },
    description: `${description}${toldBy(contract)}`,
    ...(request && { request: documentedRequest(request, policy) }),
    // OpenAPI 3.0 and 3.1 make this a union of arrays, to which nothing can be added.
    parameters: parametersOf(contract) as NonNullable<RouteConfig["parameters"]>,
    ...(deprecated && { deprecated: true, ...(deprecated.sunset && { "x-sunset": deprecated.sunset }) }),
    responses: withHeaders(policy, {
      ...(cached ? cacheable(replayed) : replayed),
      ...problemResponses(codesOf(contract), method, policy),
    }),
    security: schemes.map((scheme) => ({ [scheme]: [] })),
    ...needsOf(policy),
    middleware: inOrder(ofEndpoint, { contract, policy }),
  };
}

function documentedRequest({ body, ...request }: NonNullable<Contract["request"]>, { maxBytes }: Policy) {
  return { ...request, ...(body && { body: documentedBody(body, sizeInWords(maxBytes)) }) };
}

function fieldsOf({ request }: Contract): string[] {
  const fields = Object.values(request?.body?.content ?? {}).flatMap((content) => fieldsIn(schemaIn(content)));
  return [...new Set(fields)];
}

/** The role or permission that a caller needs, which no security scheme can name: `npm run contract` compares it. */
function needsOf({ access, permission }: Policy): { "x-access"?: string; "x-permission"?: string } {
  const role = typeof access === "object" ? access.member : access;
  return {
    ...(role !== "public" && role !== "user" && { "x-access": role }),
    ...(permission !== undefined && { "x-permission": permission }),
  };
}

/** Adds the headers that every answer of an endpoint has. */
function withHeaders(policy: Policy, responses: RouteConfig["responses"]): RouteConfig["responses"] {
  const { deprecation, rate, carries } = policy;
  const isCounted = rate !== undefined || carries !== undefined;
  const own = headers(
    "X-Request-Id",
    ...(isCounted ? (["RateLimit-Policy"] as const) : []),
    ...deprecation.map(([name]) => name),
  );
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [
      status,
      "$ref" in response ? response : { ...response, headers: { ...response.headers, ...own } },
    ]),
  );
}

function toldBy({ changes = {}, permission, refersTo = {}, deprecated }: Contract): string {
  const kinds = Object.keys(changes).map((kind) => `\`${kind}\``);
  const byMail = kinds.length > 0 ? ` The owner of the account is told by mail: ${kinds.join(", ")}.` : "";
  const referring = Object.keys(refersTo).map((field) => ` \`${field}\` refers to what you can reach.`);
  const told = `${byMail}${referring.join("")}${permission ? ` An API key needs \`${permission}\`.` : ""}`;
  if (!deprecated) return told;
  const end = deprecated.sunset ? `, and may be gone after ${deprecated.sunset}` : "";
  return `${told} Deprecated since ${deprecated.since}${end}.`;
}
