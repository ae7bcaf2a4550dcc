import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { describeError, GuardedError } from "./log.ts";
import { type Fault, type FieldError, faultAt, fieldError } from "./schemas/field-errors.ts";
import { sizeInWords } from "./schemas/sizes.ts";
import { isStorable } from "./schemas/text.ts";

type ErrorEntry = {
  status: ContentfulStatusCode;
  detail: string;
  /** Seconds. */
  retryAfter?: number;
  /**
   * Blames a header, a parameter of the query, or the field of the body if the endpoint has one of this name, with the
   * type of the field error and its `ctx`.
   */
  field?: Blamed & { in?: "header" | "query" };
};

type Blamed = { name: string } & Fault;

/** Tells the fault of a value, if it is one that the database refused. */
export type RefusedValue = (value: unknown) => Fault | undefined;
/** Refuses a text that no column can hold. */
export const unstorable: RefusedValue = (value) =>
  typeof value === "string" && !isStorable(value) ? { type: "invalid_unicode" } : undefined;

/** Every error that a client can get: its stable code, its status and its default sentence. */
export const errorTable = {
  bad_request: { status: 400, detail: "The request could not be parsed." },
  invalid_cursor: {
    status: 400,
    detail: "The cursor does not belong to this list.",
    field: { in: "query", name: "cursor", type: "invalid" },
  },
  invalid_grant: { status: 400, detail: "Incorrect username or password." },
  invalid_one_time_token: {
    status: 400,
    detail: "The link has expired, was used before, or was replaced by a newer one.",
  },
  email_not_verified: { status: 400, detail: "Verify your e-mail address first: we have sent you a link." },
  account_deleted: {
    status: 400,
    detail: "This account was deleted. To restore it, send the same fields to POST /auth/restore.",
  },
  invalid_request: { status: 400, detail: "The request is not valid." },
  unsupported_grant_type: { status: 400, detail: "This endpoint does not support that grant_type." },
  not_authenticated: { status: 401, detail: "Not authenticated." },
  invalid_refresh_token: { status: 400, detail: "The refresh token is not valid." },
  invalid_token: { status: 401, detail: "The access token or API key is not valid." },
  insufficient_user_authentication: {
    status: 401,
    detail: "Prove your password again first: send it to POST /auth/password/confirm.",
  },
  origin_not_allowed: { status: 403, detail: "A refresh cookie is accepted only from a page of an allowed origin." },
  signup_closed: { status: 403, detail: "Sign-up is closed." },
  wrong_password: {
    status: 403,
    detail: "The current password is not correct.",
    field: { name: "current_password", type: "wrong_password" },
  },
  invalid_signature: {
    status: 403,
    detail: "The signature is missing, wrong or out of date. It covers the body exactly as it was sent.",
  },
  forbidden: { status: 403, detail: "You are not allowed to do this." },
  permission_required: { status: 403, detail: "You lack the permission this requires." },
  network_not_allowed: { status: 403, detail: "This API key must not be used from your network." },
  not_found: { status: 404, detail: "Not found." },
  method_not_allowed: { status: 405, detail: "This path does not support that method." },
  not_acceptable: { status: 406, detail: "None of the available media types is acceptable." },
  email_taken: {
    status: 409,
    detail: "This e-mail address is already registered.",
    field: { name: "email", type: "taken" },
  },
  username_taken: {
    status: 409,
    detail: "This username is already taken.",
    field: { name: "username", type: "taken" },
  },
  organization_name_taken: {
    status: 409,
    detail: "An organization with this name already exists.",
    field: { name: "name", type: "taken" },
  },
  slug_taken: {
    status: 409,
    detail: "This slug is taken, or was given up recently.",
    field: { name: "slug", type: "taken" },
  },
  role_taken: { status: 409, detail: "A role with this name already exists.", field: { name: "name", type: "taken" } },
  already_member: {
    status: 409,
    detail: "This user is already a member of the organization.",
    field: { name: "email", type: "taken" },
  },
  invitation_open: {
    status: 409,
    detail: "This address has already been invited: send that invitation again instead.",
    field: { name: "email", type: "taken" },
  },
  owner_required: { status: 409, detail: "An organization needs its owner: transfer or delete it first." },
  name_taken: { status: 409, detail: "This name is already in use.", field: { name: "name", type: "taken" } },
  task_waiting: { status: 409, detail: "Another task waits under the same key, and will do the same." },
  task_ended: { status: 409, detail: "The state of the task does not allow this." },
  last_admin: { status: 409, detail: "This is the last active admin." },
  conflict: { status: 409, detail: "The request conflicts with existing data." },
  quota_exceeded: {
    status: 409,
    detail: "The limit for this kind of resource is reached. Deleted resources count until they are purged.",
  },
  still_referenced: { status: 409, detail: "Another resource still refers to this one." },
  request_timeout: { status: 408, detail: "The body did not arrive in time." },
  length_required: {
    status: 411,
    detail: "Send the size of the body in Content-Length.",
    field: { in: "header", name: "Content-Length", type: "missing" },
  },
  precondition_failed: { status: 412, detail: "The resource has changed since you read it. Fetch it again and retry." },
  precondition_required: { status: 428, detail: "Send If-Match with the version that you want to change." },
  idempotency_key_in_use: {
    status: 409,
    detail: "A request with this Idempotency-Key is still running.",
    retryAfter: 1,
    field: { in: "header", name: "Idempotency-Key", type: "taken" },
  },
  idempotency_key_reused: {
    status: 422,
    detail: "This Idempotency-Key was already used for a different request.",
    field: { in: "header", name: "Idempotency-Key", type: "taken" },
  },
  payload_too_large: { status: 413, detail: "The body is too large." },
  range_not_satisfiable: {
    status: 416,
    detail: "The file has no bytes in this range.",
    field: { in: "header", name: "Range", type: "invalid" },
  },
  unsupported_media_type: { status: 415, detail: "This path does not accept the Content-Type of the body." },
  invalid_reference: { status: 422, detail: "The request refers to a resource that does not exist." },
  validation_failed: { status: 422, detail: "The request is not valid." },
  too_many_requests: { status: 429, detail: "Too many requests." },
  too_many_attempts: { status: 429, detail: "Too many attempts to sign in." },
  internal: { status: 500, detail: "Something went wrong on our side." },
  overloaded: { status: 503, detail: "There are too many requests right now.", retryAfter: 3 },
  busy: { status: 503, detail: "Too many passwords are being checked right now.", retryAfter: 5 },
  database_unavailable: { status: 503, detail: "The database cannot be reached right now.", retryAfter: 5 },
  storage_unavailable: { status: 503, detail: "The storage of files cannot be reached right now.", retryAfter: 5 },
  not_ready: { status: 503, detail: "The database has not been migrated to this version yet.", retryAfter: 5 },
  misconfigured: { status: 503, detail: "The service is not configured correctly.", retryAfter: 60 },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;
export const errorCodes = Object.keys(errorTable) as readonly ErrorCode[];

/** The one way to refuse a request: `throw new ApiError("not_found")`. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors: FieldError[] | undefined;
  readonly blamed: readonly Blamed[];
  readonly refusedValue: RefusedValue | undefined;
  readonly place: number | undefined;
  readonly headers: Record<string, string>;

  constructor(
    code: ErrorCode,
    options: {
      detail?: string;
      errors?: FieldError[];
      /** Further fields of the body to blame. Those that the endpoint's body lacks are left out of the answer. */
      blamed?: readonly Blamed[];
      /** Finds what to blame among the values of the request. */
      refusedValue?: RefusedValue | undefined;
      /** The place of what was refused, among the values that a statement was given. */
      place?: number | undefined;
      headers?: Record<string, string>;
      cause?: unknown;
    } = {},
  ) {
    super(code, { cause: options.cause });
    this.code = code;
    this.detail = options.detail ?? errorTable[code].detail;
    this.errors = options.errors;
    this.blamed = options.blamed ?? [];
    this.refusedValue = options.refusedValue;
    this.place = options.place;
    this.headers = options.headers ?? {};
  }
}

const maxErrors = 50;
/** In characters: an unknown field has the name that the client gave it, as long as a body may be. */
const maxName = 100;

/** Refuses a request that does not fit its schema, by at most {@link maxErrors} of its faults, each in few words. */
export function invalid(code: "validation_failed" | "invalid_request", all: FieldError[], cause?: unknown): ApiError {
  const errors = all.slice(0, maxErrors).map((error) => ({ ...error, loc: error.loc.map(shortened) }));
  const [first] = errors;
  return new ApiError(code, { cause, ...(first && { detail: `${first.loc.join(".")}: ${first.msg}`, errors }) });
}

function shortened(part: string | number): string | number {
  if (typeof part === "number") return part;
  // Not every parser of JSON takes half of a surrogate pair.
  return (part.length > maxName ? `${part.slice(0, maxName)}…` : part).toWellFormed();
}

/** The field error of the operation of a batch that was refused. */
export function operationError(code: OperationCode, position: number): FieldError {
  return fieldError(["body", "operations", position], code);
}

export type OperationCode = "not_found" | "precondition_failed" | "precondition_required";

/**
 * 429: this limit was reached, and admits the next call after `seconds`. `RateLimit` and `RateLimit-Policy` follow
 * draft-ietf-httpapi-ratelimit-headers; pass a policy that is not the one of the endpoint's rate class.
 */
export function limitReached(
  code: "too_many_requests" | "too_many_attempts",
  limit: string,
  seconds: number,
  { policy, detail }: { policy?: string; detail?: string } = {},
): ApiError {
  const headers = { "Retry-After": String(seconds), RateLimit: `"${limit}";r=0;t=${seconds}` };
  return new ApiError(code, {
    ...(detail !== undefined && { detail }),
    headers: { ...headers, ...(policy !== undefined && { "RateLimit-Policy": policy }) },
  });
}

/** 403, with what a caller lacks: a role or a permission. */
export function permissionRequired(wanted: string): ApiError {
  return new ApiError("permission_required", { detail: `This takes ${wanted}.` });
}

/** 401 with the challenge of RFC 9470: the password was not proved in the last `seconds`. */
export function proofRequired(seconds: number): ApiError {
  const challenge = `Bearer error="insufficient_user_authentication", max_age="${seconds}"`;
  return new ApiError("insufficient_user_authentication", { headers: { "WWW-Authenticate": challenge } });
}

/** 413, with the limit that the endpoint has. */
export function tooLarge(maxBytes: number): ApiError {
  return new ApiError("payload_too_large", { detail: `The body is larger than ${sizeInWords(maxBytes)}.` });
}

/** 422: a field of the body names a resource that does not exist. */
export function invalidReference(field: string, detail: string): ApiError {
  return new ApiError("invalid_reference", { detail, blamed: [{ name: field, type: "not_found" }] });
}

/** Throws `not_found`; an expression, so that it can follow `??`. */
export function notFound(): never {
  throw new ApiError("not_found");
}

/** The answer for a path that no endpoint has. */
export function nothingHere(): ApiError {
  return new ApiError("not_found", { detail: "There is nothing at this path." });
}

/** Turns any thrown value into an answer: an `ApiError` as it is, anything unknown as `internal`. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof HTTPException) {
    const code = codeByStatus[error.status];
    // Hono names the format that it could not parse in its message alone.
    const detail = /malformed json/i.test(error.message) ? { detail: "The body is not valid JSON." } : {};
    if (code) return new ApiError(code, { ...detail, cause: error });
  }
  return new ApiError("internal", { cause: error });
}

/** Describes a thrown value for the log: its code and, if it may be our fault, its cause. */
export function explain(thrown: unknown): { code: ErrorCode; cause?: Record<string, unknown> } {
  const { code, cause } = toApiError(thrown);
  const mayBeOurs = errorTable[code].status >= 500 || cause instanceof GuardedError;
  const stack = code === "internal" && cause instanceof GuardedError ? { stack: cause.stack } : {};
  return { code, ...(mayBeOurs && cause !== undefined && { cause: { ...describeError(cause), ...stack } }) };
}

const codeByStatus: Partial<Record<number, ErrorCode>> = {
  400: "bad_request",
  413: "payload_too_large",
  415: "unsupported_media_type",
};

/** The form of an endpoint's errors: whether they follow RFC 6749, section 5.2, and the fields of its body. */
export type ProblemShape = { oauth: boolean; fields: readonly string[] };

/**
 * Answers with `application/problem+json` (RFC 9457), or with the error of a token endpoint (RFC 6749), without the headers
 * of the answer that failed.
 */
export function problem(c: Context, error: ApiError, shape: ProblemShape = { oauth: false, fields: [] }): Response {
  const { status } = errorTable[error.code];
  const headers = new Headers(problemHeaders(error, shape));
  for (const cookie of endedCookies(c)) headers.append("Set-Cookie", cookie);
  // With an answer in place, Hono would make this one anew to add its headers.
  c.res = undefined;
  c.finalized = false;
  return new Response(JSON.stringify(problemBody(error, String(c.get("requestId")), shape)), { status, headers });
}

/** The cookies that the answer ends: no refusal sets one. */
function endedCookies(c: Context): string[] {
  return c.res.headers.getSetCookie().filter((cookie) => /; *Max-Age=0(;|$)/i.test(cookie));
}

/** The members of a problem. `type` is about:blank: `code` is more precise than a URL of ours would be. */
export function problemBody(error: ApiError, requestId: string, { oauth, fields }: ProblemShape) {
  const { status } = errorTable[error.code];
  const errors = error.errors ?? blamedIn(fields, error);
  return {
    type: "about:blank",
    title: titles[status],
    status,
    detail: error.detail,
    code: error.code,
    request_id: requestId,
    ...(errors.length > 0 && { errors }),
    ...(oauth && { error: oauthError(error.code), error_description: error.detail }),
  };
}

/** The field errors for what an error blames, without those of fields that the endpoint's body lacks. */
function blamedIn(fields: readonly string[], { code, blamed }: ApiError): FieldError[] {
  const { field }: ErrorEntry = errorTable[code];
  return [...(field ? [field] : []), ...blamed.map((one) => ({ ...one, in: undefined }))]
    .filter((one) => one.in !== undefined || fields.includes(one.name))
    .map(({ in: part = "body", name, ...fault }) => faultAt([part, name], fault));
}

/** The headers of a problem that follow from its error. */
export function problemHeaders(error: ApiError, { oauth }: ProblemShape): Record<string, string> {
  const entry: ErrorEntry = errorTable[error.code];
  return {
    "Content-Type": oauth ? "application/json" : "application/problem+json",
    ...(error.code === "not_authenticated" && { "WWW-Authenticate": "Bearer" }),
    ...(error.code === "invalid_token" && { "WWW-Authenticate": 'Bearer error="invalid_token"' }),
    ...(entry.retryAfter && { "Retry-After": String(entry.retryAfter) }),
    ...error.headers,
  };
}

function oauthError(code: ErrorCode): string {
  if (["invalid_grant", "invalid_refresh_token", "email_not_verified", "account_deleted"].includes(code))
    return "invalid_grant";
  if (code === "unsupported_grant_type") return code;
  const { status } = errorTable[code];
  if (status === 429 || status === 503) return "temporarily_unavailable";
  return status === 500 ? "server_error" : "invalid_request";
}

type Status = (typeof errorTable)[ErrorCode]["status"];

const titles: Record<Status, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  422: "Unprocessable Content",
  428: "Precondition Required",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};
