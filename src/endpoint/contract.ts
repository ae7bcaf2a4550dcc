import type { RouteConfig } from "@hono/zod-openapi";
import type { RedirectStatusCode, SuccessStatusCode } from "hono/utils/http-status";
import type { ZodObject } from "zod";
import {
  type Access,
  type accessTable,
  type Carried,
  consequencesOf,
  type RateClass,
  type SignedIn,
} from "../context/policy.ts";
import type { AppEnv, BareEnv, UserEnv } from "../context/types.ts";
import { type ErrorCode, errorTable } from "../errors.ts";
import { ifMatch, ifNoneMatch, unlessMatch } from "../http/etag.ts";
import type { Caching } from "../middleware/edge-cache.ts";
import { idempotencyCodes, idempotencyKey } from "../middleware/idempotency.ts";
import type { Changes } from "../services/sensitive-changes.ts";
import type { Switch } from "../settings.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** What an endpoint declares. All else about it follows, and is told once: in the tables below. */
export type Contract = {
  method: Method;
  /** Below `/api/v1`; a parameter is a segment of its own: `/items/{id}`. */
  path: string;
  operationId: string;
  summary: string;
  description: string;
  tags: readonly [string, ...string[]];
  /** What is validated before the handler runs. Unknown keys of a body are for its schema to refuse: `z.strictObject`. */
  request?: Request;
  /** What it answers where all goes well. */
  responses: Answers;
  /** The errors of its own; those that follow from the declaration join them. A handler throws them as `ApiError`. */
  errors?: readonly ErrorCode[];
  /** Headers that the document shows, and nothing validates. */
  parameters?: readonly HeaderParameter[];
  /** How many round trips to the database it may spend before its answer begins; 1 unless it says otherwise. */
  roundTrips?: number;
  /** Its path starts at the root instead of `/api/v1`. */
  atRoot?: true;
  /** An OAuth2 token endpoint, whose errors carry RFC 6749's members too. */
  oauth?: true;
  /** How often it may be called: see `rateClasses`. `public` or `user` by `access`, unless it says otherwise. */
  rate?: RateClass;
  /** The token in its body by which a call is counted, rather than by the network that it shares with others. */
  carries?: Carried;
  /** It is not counted, as its answer costs no more than a refusal would. */
  uncounted?: true;
  /** Who may call it. Adds the security scheme, the guard, `c.var.user`, and 401 and 403. */
  access: Access;
  /** The sensitive changes that it can make to accounts, each by which proof: their owners are told. */
  changes?: Changes;
  /** A caller's `Idempotency-Key` is honoured: the handler calls `c.var.run` once. Adds the header, 409 and 422. */
  idempotent?: true;
  /**
   * Its row has a version: a `get` answers its `ETag` and 304, and a change takes `If-Match` and `If-None-Match`, on
   * `c.var.versions`. Adds the headers, 400, 412 and 428.
   */
  versioned?: true;
  /** Anybody's to keep: its 200 is served from the edge's cache. Adds `Age`, `ETag`, `If-None-Match` and 304. */
  cached?: Caching;
  /** Query parameters that it does not declare are ignored; without this word they are 422. `oauth` says so too. */
  anyQuery?: true;
  /** The setting that switches it off: it is then 404. Adds that. */
  offBy?: Switch;
  /** It answers even when the settings are wrong, and so has none of them, and no database. */
  withoutSettings?: true;
} & Calling;

/** Which words go together. */
type Calling = (
  | { access: Exclude<Access, SignedIn>; idempotent?: never }
  | { access: SignedIn; cached?: never; withoutSettings?: never; carries?: never; uncounted?: never }
) &
  ({ uncounted?: never } | { roundTrips: 0; rate?: never; carries?: never; uncounted: true }) &
  ({ method: "get"; idempotent?: never } | { method: Exclude<Method, "get">; cached?: never });

type Request = {
  params?: ZodObject;
  query?: ZodObject;
  headers?: ZodObject;
  cookies?: ZodObject;
  body?: NonNullable<NonNullable<RouteConfig["request"]>["body"]>;
};
type Answer = Exclude<RouteConfig["responses"][string], { $ref: string }> & { description: string };
export type Answers = { readonly [Status in AnswerStatus]?: Answer };
export type AnswerStatus = SuccessStatusCode | RedirectStatusCode;
export type HeaderParameter = {
  readonly name: string;
  readonly in: "header";
  readonly required: false;
  readonly description: string;
  readonly schema: object;
};

/** The errors of every endpoint. */
const always = ["internal"] as const;

/** The errors of whatever may be sent a body, also where it takes none. */
const sized = ["bad_request", "payload_too_large"] as const;

/** The errors that a declaration, its method or its `request` brings along by having a word. */
const codesWith = {
  ...{ post: sized, put: sized, patch: sized, delete: sized },
  params: ["validation_failed"],
  query: ["validation_failed"],
  body: ["unsupported_media_type", "validation_failed"],
  offBy: ["not_found"],
  idempotent: idempotencyCodes,
  "versioned get": ["bad_request", "precondition_failed"],
  "versioned change": ["bad_request", "precondition_failed", "precondition_required"],
} as const satisfies Record<string, readonly ErrorCode[]>;

/** And by not having it. */
const codesWithout = {
  anyQuery: ["validation_failed"],
  uncounted: ["too_many_requests"],
  withoutSettings: ["misconfigured", "database_unavailable", "not_ready"],
} as const satisfies Record<string, readonly ErrorCode[]>;

/** The headers that a word brings along. */
const headersWith = {
  idempotent: [idempotencyKey],
  cached: [ifNoneMatch],
  "versioned get": [ifMatch, ifNoneMatch],
  "versioned change": [ifMatch, unlessMatch],
} as const;

/** What `versioned` means for each method. To create something has no version to meet. */
const versionedAs = {
  get: "versioned get",
  post: "versioned",
  put: "versioned change",
  patch: "versioned change",
  delete: "versioned change",
} as const satisfies Record<Method, string>;

type Words<C extends Contract> =
  | keyof C
  | C["method"]
  | (C extends { request: infer Request } ? keyof Request : never)
  | (C extends { versioned: true } ? (typeof versionedAs)[C["method"]] : never);
type OwnCodes<C extends Contract> = C extends { errors: readonly (infer Code extends ErrorCode)[] } ? Code : never;

/** Every error that an endpoint can answer. */
export type CodesOf<C extends Contract> = C extends { oauth: true }
  ? Exclude<WrittenCodes<C>, "validation_failed"> | "invalid_request"
  : WrittenCodes<C>;
type WrittenCodes<C extends Contract> =
  | OwnCodes<C>
  | (typeof always)[number]
  | (typeof accessTable)[C["access"]]["errors"][number]
  | (typeof codesWith)[Words<C> & keyof typeof codesWith][number]
  | (typeof codesWithout)[Exclude<keyof typeof codesWithout, Words<C>>][number];

/** As the type of the same name says it; without codes that there are not, which createApp refuses. */
export function codesOf(contract: Contract): ErrorCode[] {
  const written = new Set([...derivedCodes(contract), ...(contract.errors ?? [])]);
  return [...written]
    .filter((code) => Object.hasOwn(errorTable, code))
    .map((code) => (code === "validation_failed" ? codeOfInvalid(contract) : code));
}

/** The code of a request that does not fit its schema: a token endpoint has RFC 6749's, which is 400 (section 5.2). */
export function codeOfInvalid({ oauth }: { oauth?: boolean }): "validation_failed" | "invalid_request" {
  return oauth ? "invalid_request" : "validation_failed";
}

/** The errors that follow from a declaration, without being its own. */
function derivedCodes(contract: Contract): ErrorCode[] {
  const words = wordsOf(contract);
  return [
    ...consequencesOf(contract.access).errors,
    ...entriesOf(codesWith).flatMap(([word, codes]) => (words.has(word) ? codes : [])),
    ...entriesOf(codesWithout).flatMap(([word, codes]) => (words.has(word) ? [] : codes)),
    ...always,
  ];
}

/** The headers that an endpoint reads. */
export function parametersOf(contract: Contract): HeaderParameter[] {
  const words = wordsOf(contract);
  const table: Record<string, readonly HeaderParameter[]> = headersWith;
  const derived = Object.entries(table).flatMap(([word, headers]) => (words.has(word) ? headers : []));
  return [...(contract.parameters ?? []), ...derived];
}

/** What a handler finds on its context. */
export type EnvOf<C extends Contract> = C["access"] extends SignedIn
  ? UserEnv
  : C extends { withoutSettings: true }
    ? BareEnv
    : AppEnv;

function wordsOf(contract: Contract): Set<string> {
  const written = Object.entries({ ...contract, ...contract.request });
  const words = written.filter(([, value]) => value !== undefined).map(([word]) => word);
  return new Set([...words, contract.method, ...(contract.versioned ? [versionedAs[contract.method]] : [])]);
}

function entriesOf<T extends object>(table: T): [string, T[keyof T]][] {
  return Object.entries(table);
}
