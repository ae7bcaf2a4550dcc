import type { RouteConfig, RouteHandler } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { ZodType } from "zod";
import type { Access, Policy, RateClass } from "../context/policy.ts";
import { provide } from "../context/provide.ts";
import type { AppEnv, UserEnv } from "../context/types.ts";
import type { ErrorCode, errorTable } from "../errors.ts";
import { ifNoneMatch } from "../http/etag.ts";
import { headers, type ResponseHeader } from "../http/headers.ts";
import { authenticate } from "../middleware/authenticate.ts";
import { bodyLimit } from "../middleware/body-limit.ts";
import { requireContentType } from "../middleware/content-type.ts";
import { type Caching, cacheable, edgeCache } from "../middleware/edge-cache.ts";
import { idempotency, idempotencyCodes, idempotencyKey, replayable } from "../middleware/idempotency.ts";
import { limitRate } from "../middleware/rate-limit.ts";
import type { Problem } from "../schemas/problem.ts";
import { documented, problemResponses } from "./problems.ts";

/** What an endpoint declares: zod-openapi's route, and the policy from which the rest of the route follows. */
export type Contract = Pick<RouteConfig, "method" | "path" | "request" | "responses"> & {
  operationId: string;
  summary: string;
  description: string;
  tags: readonly [string, ...string[]];
  /** Headers that the document shows and nothing validates. */
  parameters?: NonNullable<RouteConfig["parameters"]>;
  /** How many round trips to the database it may spend before its answer begins; 1 unless it says otherwise. */
  roundTrips?: number;
  /** Its path starts at the root instead of `/api/v1`. */
  atRoot?: true;
  /** It answers even when the settings are wrong, and so has none. */
  withoutSettings?: true;
  /** An OAuth2 token endpoint, whose errors carry RFC 6749's members too. */
  oauth?: true;
} & Calling;

type Calling = {
  /** Who may call it. Adds the security scheme, the check, `c.var.user`, and 401 and 403. */
  access: Access;
  /** A caller's `Idempotency-Key` is honoured: the handler calls `c.var.run` once. Adds the header, 409 and 422. */
  idempotent?: true;
  /** How often it may be called: see `rateClasses`. `public` or `user` by `access`, unless it says otherwise. */
  rate?: RateClass;
  /** Anybody's to keep: its 200 is served from the edge's cache. Adds `Age`, `ETag`, `If-None-Match` and 304. */
  cached?: Caching;
} & ({ access: "public"; idempotent?: never } | { access: Exclude<Access, "public">; cached?: never }) &
  ({ method: "get" } | { cached?: never });

/** The codes that follow from the declaration. */
type DerivedCodes<C extends Contract> =
  | "too_many_requests"
  | (C["access"] extends "public" ? never : "invalid_token")
  | (C["access"] extends "admin" ? "forbidden" : never)
  | (C extends { request: object } ? "validation_failed" : never)
  | (C extends { idempotent: true } ? (typeof idempotencyCodes)[number] : never)
  | (C extends { request: { body: object } } ? "bad_request" | "payload_too_large" | "unsupported_media_type" : never);

type Problems<Codes extends ErrorCode> = {
  [S in (typeof errorTable)[Codes]["status"]]: {
    description: string;
    content: { "application/problem+json": { schema: typeof Problem } };
  };
};

type NotModified = { 304: { description: string } };

/** What the handler is typed by. */
type Route<C extends Contract> = {
  method: C["method"];
  path: C extends { atRoot: true } ? C["path"] : `/api/v1${C["path"]}`;
  responses: C["responses"] & Problems<DerivedCodes<C>> & (C extends { cached: Caching } ? NotModified : unknown);
} & (C extends { request: infer Request extends object } ? { request: Request } : unknown);

/** What the typed client sees: where a body may also come as a form, JSON alone. */
type ClientRoute<C extends Contract> = C extends {
  request: { body: { content: { "application/json": infer Json; "application/x-www-form-urlencoded": unknown } } };
}
  ? Omit<Route<C>, "request"> & { request: { body: { content: { "application/json": Json } } } }
  : Route<C>;

type EnvOf<C extends Contract> = C["access"] extends "public" ? AppEnv : UserEnv;

/** An endpoint: what `openapiRoutes` registers, and its policy. */
export type Endpoint<R extends RouteConfig = RouteConfig> = { route: R; handler: unknown; policy: Policy };

/**
 * Declares an endpoint: its contract, its policy and its handler as one value. Adds to the contract what follows from
 * the policy; a handler that reads `c.var.user` in a public endpoint, or answers what is not in the contract, does not
 * compile.
 */
export function endpoint<const C extends Contract>(
  contract: C,
  handler: RouteHandler<Route<C>, EnvOf<C>>,
): { route: ClientRoute<C>; handler: RouteHandler<Route<C>, EnvOf<C>>; policy: Policy } {
  const { operationId, access, roundTrips = 1, oauth = false } = contract;
  const rate = contract.rate ?? (access === "public" ? "public" : "user");
  const policy: Policy = {
    operationId,
    path: fullPath(contract),
    access,
    rate,
    cached: contract.cached !== undefined,
    roundTrips,
    oauth,
  };
  // `toRoute` makes what the type says; TypeScript cannot follow a conditional type through a spread.
  return { route: toRoute(contract, policy) as unknown as ClientRoute<C>, handler, policy };
}

/** A JSON answer with these headers of its own, for `responses`. */
export function json<S extends ZodType>(schema: S, description: string, ...names: readonly ResponseHeader[]) {
  return { description, headers: headers(...names), content: { "application/json": { schema } } };
}

/** A JSON body, for `request`. */
export function body<S extends ZodType>(schema: S) {
  return { required: true, content: { "application/json": { schema } } } as const;
}

/**
 * A body that may come as a form or as JSON, for `request`. The handler reads `{ ...c.req.valid("form"),
 * ...c.req.valid("json") }`: the one that was not sent is empty.
 */
export function formOrJson<S extends ZodType>(schema: S) {
  // `required` would validate both: instead `requireContentType` sees to it that one of them is there.
  return { content: { "application/x-www-form-urlencoded": { schema }, "application/json": { schema } } } as const;
}

/** The errors that are an endpoint's own, for `responses`: `...problems("not_found")`. */
export function problems<const Codes extends readonly ErrorCode[]>(...codes: Codes): Problems<Codes[number]> {
  return problemResponses(codes) as Problems<Codes[number]>;
}

function fullPath({ atRoot, path }: Contract): string {
  return atRoot ? path : `/api/v1${path}`;
}

function toRoute(contract: Contract, policy: Policy): RouteConfig {
  const { access, rate, cached, roundTrips, atRoot, withoutSettings, oauth, idempotent, ...operation } = contract;
  const mediaTypes = Object.keys(contract.request?.body?.content ?? {});
  const own = idempotent ? replayable(contract.responses) : contract.responses;
  const parameters = [
    ...(contract.parameters ?? []),
    ...(idempotent ? [idempotencyKey] : []),
    ...(cached ? [ifNoneMatch] : []),
  ];
  return {
    ...operation,
    // Two versions of OpenAPI make a union of arrays, to which nothing can be added.
    parameters: parameters as NonNullable<RouteConfig["parameters"]>,
    tags: [...contract.tags],
    path: policy.path,
    responses: documented(derivedCodes(contract), cached ? cacheable(own) : own, oauth),
    ...(access !== "public" && { security: [{ password: [] }, { bearer: [] }] }),
    middleware: [
      remember(policy),
      ...(withoutSettings ? [] : [provide]),
      access === "public" ? limitRate : authenticate(access),
      ...(cached ? [edgeCache(cached, parametersOf(contract))] : []),
      ...(mediaTypes.length > 0 ? [bodyLimit, requireContentType(mediaTypes)] : []),
      ...(idempotent ? [idempotency] : []),
    ],
  };
}

/** What tells the answers of a cached endpoint apart. */
function parametersOf({ operationId, request }: Contract): string[] {
  const query = request?.query;
  if (query === undefined) return [];
  if (!("shape" in query)) throw new Error(`${operationId} is cached: its query must be a z.object`);
  return Object.keys(query.shape);
}

/** The errors that follow from a declaration, without being its own. */
export function derivedCodes({
  access,
  request,
  idempotent,
}: Pick<Contract, "access" | "request" | "idempotent">): ErrorCode[] {
  return [
    ...(access === "public" ? [] : (["not_authenticated", "invalid_token"] as const)),
    ...(access === "admin" ? (["forbidden"] as const) : []),
    ...(request?.body ? (["bad_request", "payload_too_large", "unsupported_media_type"] as const) : []),
    ...(request ? (["validation_failed"] as const) : []),
    ...(idempotent ? idempotencyCodes : []),
    "too_many_requests",
  ];
}

function remember(policy: Policy): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    c.set("policy", policy);
    await next();
  };
}
