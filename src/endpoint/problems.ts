import type { Policy } from "../context/policy.ts";
import { ApiError, type ErrorCode, errorTable, problemBody, tooLarge } from "../errors.ts";
import { acceptOf, headers, type ResponseHeader } from "../http/headers.ts";
import { OAuthProblem, Problem } from "../schemas/problem.ts";
import type { Method } from "./contract.ts";

/** These errors as the typed client sees them. */
export type Problems<Code extends ErrorCode> = {
  [Status in (typeof errorTable)[Code]["status"]]: {
    description: string;
    content: { "application/problem+json": { schema: typeof Problem } };
  };
};

/** The parts of a policy that shape the errors of an endpoint, beside its method. */
export type ProblemPolicy = Pick<Policy, "oauth" | "fields" | "maxBytes">;

/**
 * These errors as answers, by status, each with its sentence. Those of a token endpoint are `application/json` with
 * members of its own (RFC 6749, section 5.2). The document adds codes and examples: see src/endpoint/components.ts.
 */
export function problemResponses(codes: readonly ErrorCode[], method: Method, shape: ProblemPolicy) {
  const byStatus = Map.groupBy(codes, (code) => errorTable[code].status);
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, problemResponse(group, method, shape)]));
}

function problemResponse(codes: readonly ErrorCode[], method: Method, shape: ProblemPolicy) {
  return {
    description: codes.map((code) => `\`${code}\`: ${errorOf(code, shape).detail}`).join(" "),
    headers: headers(...headersOf(codes, method)),
    content: shape.oauth
      ? { "application/json": { schema: OAuthProblem } }
      : { "application/problem+json": { schema: Problem } },
  };
}

/** The body that an endpoint of this shape answers for a code. */
export function exampleProblem(code: ErrorCode, shape: ProblemPolicy) {
  return problemBody(errorOf(code, shape), "…", shape);
}

function errorOf(code: ErrorCode, { maxBytes }: ProblemPolicy): ApiError {
  return code === "payload_too_large" ? tooLarge(maxBytes) : new ApiError(code);
}

function headersOf(codes: readonly ErrorCode[], method: Method): ResponseHeader[] {
  const statuses = codes.map((code) => errorTable[code].status);
  const isTemporary = statuses.includes(429) || codes.some((code) => "retryAfter" in errorTable[code]);
  return [
    ...(statuses.includes(401) ? (["WWW-Authenticate"] as const) : []),
    ...(statuses.includes(406) ? (["Vary"] as const) : []),
    ...(codes.includes("invalid_refresh_token") ? (["Set-Cookie"] as const) : []),
    ...(statuses.includes(415) ? ([acceptOf(method), "Accept-Encoding"] as const) : []),
    ...(statuses.includes(416) ? (["Content-Range"] as const) : []),
    ...(statuses.includes(429) ? (["RateLimit"] as const) : []),
    ...(isTemporary ? (["Retry-After"] as const) : []),
  ];
}
