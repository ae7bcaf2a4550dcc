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

type Shape = Pick<Policy, "oauth" | "fields" | "maxBytes">;

/**
 * These errors as the document shows them: by status, each with its sentence and an example. Those of a token endpoint
 * are `application/json` with members of its own (RFC 6749, section 5.2).
 */
export function problemResponses(codes: readonly ErrorCode[], method: Method, shape: Shape) {
  const byStatus = Map.groupBy(codes, (code) => errorTable[code].status);
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, problemResponse(group, method, shape)]));
}

function problemResponse(codes: readonly ErrorCode[], method: Method, shape: Shape) {
  const errors = codes.map((code) => (code === "payload_too_large" ? tooLarge(shape.maxBytes) : new ApiError(code)));
  const examples = Object.fromEntries(errors.map((error) => [error.code, { value: problemBody(error, "…", shape) }]));
  return {
    description: errors.map(({ code, detail }) => `\`${code}\`: ${detail}`).join(" "),
    headers: headers(...headersOf(codes, method)),
    content: shape.oauth
      ? { "application/json": { schema: OAuthProblem, examples } }
      : { "application/problem+json": { schema: Problem, examples } },
  };
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
