import type { RouteConfig } from "@hono/zod-openapi";
import type { RedirectStatusCode, SuccessStatusCode } from "hono/utils/http-status";
import type { ZodObject } from "zod";
import {
  type Access,
  type accessTable,
  type Carried,
  consequencesOf,
  type keyCallers,
  type MemberAccess,
  type Period,
  type RateClass,
  type SignedIn,
  type TransactionTerms,
  type WordOf,
} from "../context/policy.ts";
import type {
  ActingEnv,
  AppEnv,
  BareEnv,
  CallerEnv,
  EvictingEnv,
  FileEnv,
  MemberEnv,
  PagedEnv,
  RefersTo,
  TransactionEnv,
  UploadEnv,
  UserEnv,
  Variables,
  VerifiedEnv,
  WebhookEnv,
} from "../context/types.ts";
import { type ErrorCode, errorCodes } from "../errors.ts";
import type { Deprecated } from "../http/deprecation.ts";
import { reprDigest } from "../http/digest.ts";
import { ifMatch, ifNoneMatch, unlessMatch } from "../http/etag.ts";
import { ifRange, range } from "../http/file.ts";
import type { Caching } from "../middleware/edge-cache.ts";
import type { Keeping } from "../middleware/evictions.ts";
import { idempotencyCodes, idempotencyKey } from "../middleware/idempotency.ts";
import { type Signed, signatureHeaders } from "../middleware/signature.ts";
import { isCreation } from "../middleware/versions.ts";
import type { Permission } from "../permissions.ts";
import { PageQuery } from "../schemas/pages.ts";
import type { HeaderPart, KnownScheme, signatureSchemes } from "../security/webhooks.ts";
import type { Changes } from "../services/sensitive-changes.ts";
import type { Switch } from "../settings.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/**
 * The declaration of an endpoint. Everything else about it follows from these words, by the tables below.
 * exclusions.ts has those that exclude each other.
 */
export type Contract = {
  /** `get`, `post`, `put`, `patch` or `delete`. A `get` also answers `HEAD`. */
  method: Method;
  /** Below `/api/v1`, or that of its `version`; a parameter is a segment of its own: `/items/{id}`. */
  path: string;
  /** The version of the API that it belongs to; 1 by default. */
  version?: number;
  /** The name that the endpoint is exported by, and that the document, the log and the clients know it by. */
  operationId: string;
  /** Its title in the document. */
  summary: string;
  /** Tells callers in the document what the rest of the declaration does not. */
  description: string;
  /** The groups of the document that show it, which `src/endpoint/document.ts` describes. */
  tags: readonly [string, ...string[]];
  /** The input to validate before the handler runs. Use `z.strictObject` for a body, to refuse unknown keys. */
  request?: Request;
  /** The answers with a status below 400. */
  responses: Answers;
  /** Its own errors, thrown as `ApiError`. Those that follow from the declaration are added. */
  errors?: readonly ErrorCode[];
  /** Headers that the document shows, without validation. */
  parameters?: readonly HeaderParameter[];
  /** The round trips to the database that it may spend before its answer begins; 1 by default. */
  roundTrips?: number;
  /** Its path starts at the root instead of `/api/v1`. */
  atRoot?: true;
  /** Tells clients to leave it. Adds `Deprecation` and `Sunset` to every answer, and the document's flag. */
  deprecated?: Deprecated;
  /** An OAuth2 token endpoint, whose errors carry RFC 6749's members too. */
  oauth?: true;
  /** Its rate class: see `rateClasses`. By default `public` or `user`, depending on `access`, or `heavy` for a `batch`. */
  rate?: RateClass;
  /** The token in its body that identifies a call for counting, instead of a network shared with others. */
  carries?: Carried;
  /** Leaves calls uncounted, and serves them under any load, because an answer costs no more than a refusal. */
  uncounted?: true;
  /** Leaves its ordinary answers out of the log, which probes would fill. Errors and slow answers have their line. */
  quiet?: true;
  /**
   * The callers it admits. Adds the security scheme, the guard, `c.var.user`, 401 and 403. `{ member }` names a role or a
   * permission in the organization of the path; it adds `c.var.member`, and 404 for anybody else.
   */
  access: Access;
  /** The time since which the caller must have proved the password in this session. Adds a 401 (RFC 9470). */
  fresh?: Period;
  /**
   * Admits API keys beside people, who alone may call otherwise. A user's key acts as the user, without the role of an admin;
   * an organization's acts for it, and there is no `c.var.user`. Adds the security scheme, 403.
   */
  callers?: typeof keyCallers;
  /** The permission that a key needs; with `{ member }`, it is the one named there. */
  permission?: Permission;
  /** The sensitive changes that it can make to accounts, each with the proof it takes. Owners are notified. */
  changes?: Changes;
  /** Honours `Idempotency-Key`: the handler calls `c.var.run` once. Adds the header, 409 and 422. */
  idempotent?: true;
  /**
   * The tables of the rows that fields of its body name: `{ customer_id: customers }`; in a list, `"lines.*.product_id"`. Each
   * must be a live row that the caller can reach, and stays one until the change is made. Adds a 422, which names the field.
   */
  refersTo?: RefersTo;
  /**
   * Gives its row a version: a `get` answers `ETag` and 304; a change takes `If-Match` and `If-None-Match`, on
   * `c.var.versions`, and so does a `post` without a 201. Adds the headers, 400, 412 and, but for a `post`, 428.
   */
  versioned?: true;
  /**
   * Makes it a list of pages: `c.var.page` answers one, of a schema made by `pageOf`. Adds `limit` and `cursor` to the
   * query, `Link` to the 200, 400.
   */
  paged?: true;
  /**
   * Takes a body made by `batchOf`, whose operations `changeTogether` carries out, all or none. Needs `idempotent`. Adds
   * the class `heavy`, 404, 409, 412 and 428.
   */
  batch?: true;
  /**
   * Gives it `c.var.transaction`, for a rule that reads, decides and writes. Costs a connection of its own: `roundTrips`
   * counts three, the guard, and each statement, in one attempt.
   */
  transaction?: true | TransactionTerms;
  /**
   * Answers a file by `c.var.file`, whole or in part: the 200 of its `responses` becomes 206 for `Range`. Adds the
   * headers, 206, 304, 400, 412 and 416.
   */
  ranged?: true;
  /** Serves its 200 to anybody from the edge's cache. Adds `Age`, `ETag`, their conditions, 304, 400 and 412. */
  cached?: Caching;
  /**
   * The `cached` endpoints that show what it changes. A success evicts their answers for the parameters of its path from this
   * data centre, or for the rows that the handler passes to `c.var.evictFor`.
   */
  evicts?: readonly Keeping[];
  /**
   * Takes calls that their sender has signed, such as webhooks, and no others. Adds 403 and, if the scheme names each event,
   * `c.var.webhook`.
   */
  signed?: Signed;
  /** Ignores undeclared query parameters, which are 422 otherwise. Implied by `oauth`. */
  anyQuery?: true;
  /** The setting that switches it off, which makes it a 404. */
  offBy?: Switch;
  /** Answers even if the settings are wrong, and therefore without settings and database. */
  withoutSettings?: true;
};

type Request = {
  params?: ZodObject;
  query?: ZodObject;
  headers?: ZodObject;
  cookies?: ZodObject;
  body?: Body;
};
/** A body, with what the stages of a request know of it. */
export type Body = NonNullable<NonNullable<RouteConfig["request"]>["body"]> & {
  /** The largest size; 1 MiB by default. */
  maxBytes?: number;
  /** The time that the whole of it may take to arrive; 300 s by default. */
  seconds?: number;
  /** The parts of a form that may occur several times. */
  lists?: readonly string[];
  /** Leaves it to the handler to read, on `c.var.upload`. */
  upload?: Uploading;
};
/** With `verified`, type, length and digest are checked. */
export type Uploading = { verified?: true };
type Answer = Exclude<RouteConfig["responses"][string], { $ref: string }> & { description: string };
export type Answers = { readonly [Status in AnswerStatus]?: Answer };
export type AnswerStatus = SuccessStatusCode | RedirectStatusCode;
export type HeaderParameter = {
  readonly name: string;
  readonly in: "header";
  readonly required: boolean;
  readonly description: string;
  readonly schema: object;
};

/** The errors of every endpoint. */
const always = ["internal"] as const;

/** The errors of every method that can carry a body, whether the endpoint takes one or not. */
const sized = ["bad_request", "request_timeout", "payload_too_large"] as const;

/** The errors that the presence of a word, a method or a part of `request` adds. */
const codesWith = {
  ...{ post: sized, put: sized, patch: sized, delete: sized },
  params: ["validation_failed"],
  query: ["validation_failed"],
  body: ["unsupported_media_type", "validation_failed"],
  verified: ["length_required"],
  offBy: ["not_found"],
  callers: ["permission_required", "network_not_allowed"],
  idempotent: idempotencyCodes,
  fresh: ["insufficient_user_authentication"],
  refersTo: ["invalid_reference"],
  signed: ["invalid_signature"],
  paged: ["invalid_cursor", "validation_failed"],
  batch: ["not_found", "quota_exceeded", "precondition_failed", "precondition_required"],
  cached: ["bad_request", "precondition_failed"],
  ranged: ["bad_request", "precondition_failed", "range_not_satisfiable"],
  "versioned get": ["bad_request", "precondition_failed"],
  "versioned change": ["bad_request", "precondition_failed", "precondition_required"],
  "versioned action": ["bad_request", "precondition_failed"],
} as const satisfies Record<string, readonly ErrorCode[]>;

/** The errors that the absence of a word adds. */
const codesWithout = {
  anyQuery: ["validation_failed"],
  uncounted: ["too_many_requests", "overloaded"],
  withoutSettings: ["misconfigured", "database_unavailable", "not_ready"],
} as const satisfies Record<string, readonly ErrorCode[]>;

/** The headers that a word adds. */
const headersWith = {
  idempotent: [idempotencyKey],
  cached: [ifMatch, ifNoneMatch],
  ranged: [range, ifRange, ifMatch, ifNoneMatch],
  verified: [reprDigest],
  "versioned get": [ifMatch, ifNoneMatch],
  "versioned change": [ifMatch, unlessMatch],
  "versioned action": [ifMatch, unlessMatch],
} as const;

/** The meaning of `versioned` for each method. */
const versionedAs = {
  get: "versioned get",
  post: "versioned action",
  put: "versioned change",
  patch: "versioned change",
  delete: "versioned change",
} as const satisfies Record<Method, string>;

/** The words of a declaration: its own, its method, and the parts of its request. */
export type Words<C extends Contract> =
  | keyof C
  | C["method"]
  | (C extends { request: infer Request } ? keyof Request : never)
  | (C extends Receiving ? "upload" : never)
  | (C extends Verifying ? "verified" : never)
  | (C extends { versioned: true } ? (C extends Creating ? never : (typeof versionedAs)[C["method"]]) : never);
/** A contract of a creation, which has no earlier version to match. */
type Creating = { method: "post"; responses: { 201: unknown } };
/** A contract whose body is an upload. */
type Receiving = { request: { body: { upload: Uploading } } };
/** A contract whose upload is `verified`. */
type Verifying = { request: { body: { upload: { verified: true } } } };
type OwnCodes<C extends Contract> = C extends { errors: readonly (infer Code extends ErrorCode)[] } ? Code : never;

/** Every error that an endpoint can answer. */
export type CodesOf<C extends Contract> = C extends { oauth: true }
  ? Exclude<WrittenCodes<C>, "validation_failed"> | "invalid_request"
  : WrittenCodes<C>;
type WrittenCodes<C extends Contract> =
  | OwnCodes<C>
  | (typeof always)[number]
  | (typeof accessTable)[WordOf<C["access"]>]["errors"][number]
  | (typeof codesWith)[Words<C> & keyof typeof codesWith][number]
  | (typeof codesWithout)[Exclude<keyof typeof codesWithout, Words<C>>][number];

/** The value of the type {@link CodesOf}, in the table's order. Drops unknown codes, which createApp refuses. */
export function codesOf(contract: Contract): ErrorCode[] {
  const written = [...derivedCodes(contract), ...(contract.errors ?? [])];
  const codes = new Set(written.map((code) => (code === "validation_failed" ? codeOfInvalid(contract) : code)));
  return errorCodes.filter((code) => codes.has(code));
}

/** The code of a request that does not fit its schema: RFC 6749, section 5.2, has a 400 of its own. */
export function codeOfInvalid({ oauth }: { oauth?: boolean }): "validation_failed" | "invalid_request" {
  return oauth ? "invalid_request" : "validation_failed";
}

/** The errors that follow from a declaration without being listed in it. */
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
  return [...(contract.parameters ?? []), ...derived, ...(contract.signed ? signatureHeaders(contract.signed) : [])];
}

/** The context that a handler gets. */
export type EnvOf<C extends Contract> = (C["access"] extends SignedIn
  ? SignedInEnv<C>
  : C extends { withoutSettings: true }
    ? BareEnv
    : AppEnv) &
  MemberEnvOf<C> &
  (C extends { paged: true } ? PagedEnv : unknown) &
  (C extends Verifying ? VerifiedEnv : C extends Receiving ? UploadEnv : unknown) &
  (C extends { ranged: true } ? FileEnv : unknown) &
  (C extends { evicts: readonly unknown[] } ? EvictingEnv : unknown) &
  (C extends { signed: { by: infer By } }
    ? SchemeOf<By> extends { id: HeaderPart }
      ? WebhookEnv
      : unknown
    : unknown) &
  (C extends { transaction: true | TransactionTerms }
    ? TransactionEnv<
        (C["access"] extends SignedIn ? SignedInEnv<C>["Variables"] : Variables) & MemberEnvOf<C>["Variables"]
      >
    : unknown);
type SchemeOf<By> = By extends KnownScheme ? (typeof signatureSchemes)[By] : By;
type MemberEnvOf<C extends Contract> = C["access"] extends MemberAccess
  ? C extends { callers: typeof keyCallers }
    ? ActingEnv
    : MemberEnv
  : { Variables: unknown };
/** An organization's key has no user. */
type SignedInEnv<C extends Contract> = C extends { callers: typeof keyCallers }
  ? C["access"] extends MemberAccess
    ? AppEnv
    : CallerEnv
  : UserEnv;

/** The request as the handler and the client see it. */
export type RequestOf<C extends Contract> = C extends { paged: true }
  ? { request: Omit<OwnRequest<C>, "query"> & { query: PagedQuery<OwnRequest<C>> } }
  : C extends { request: infer Own extends object }
    ? { request: Own }
    : unknown;
type OwnRequest<C> = C extends { request: infer Own extends object } ? Own : object;
type PagedQuery<Own> = Own extends { query: ZodObject<infer Shape, infer Config> }
  ? ZodObject<Shape & (typeof PageQuery)["shape"], Config>
  : typeof PageQuery;

/** The contract with the query parameters that its words add. */
export function completed(contract: Contract): Contract {
  if (!contract.paged) return contract;
  const { query } = contract.request ?? {};
  return {
    ...contract,
    request: { ...contract.request, query: query ? query.safeExtend(PageQuery.shape) : PageQuery },
  };
}

/** The parts of `request` that add errors of their own. */
const partsOfRequest = ["params", "query", "body", "verified"];

/** The errors that a word adds, with any method and any part. */
export function codesAddedBy(word: string): ErrorCode[] {
  const parts = word === "request" ? partsOfRequest : [word];
  const added = entriesOf(codesWith).filter(([key]) => parts.includes(key.split(" ")[0] ?? ""));
  return [...new Set(added.flatMap(([, codes]) => [...codes]))];
}

/** The value of the type {@link Words}. */
export function wordsOf(contract: Contract): Set<string> {
  const { upload } = contract.request?.body ?? {};
  const written = Object.entries({ ...contract, ...contract.request, upload, verified: upload?.verified });
  const words = written.filter(([, value]) => value !== undefined).map(([word]) => word);
  const meant = contract.versioned && !isCreation(contract) ? [versionedAs[contract.method]] : [];
  return new Set([...words, contract.method, ...meant]);
}

function entriesOf<T extends object>(table: T): [string, T[keyof T]][] {
  return Object.entries(table);
}
