import type { MiddlewareHandler } from "hono";
import { isSignedIn, type Policy, type RateClass } from "../context/policy.ts";
import type { AppEnv, Variables } from "../context/types.ts";
import { rateLimitPolicy } from "./rate-limit.ts";

/**
 * The headers for browsers that every answer has: those of Hono's `secureHeaders` that do something for an API, some of
 * them stricter. Each header costs every answer some time.
 */
export const securityHeaders = {
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
} as const;

/** A further one for an answer by TLS: no other may have it (RFC 6797, section 7.2). */
export const headersOfSecure = { "Strict-Transport-Security": "max-age=31536000; includeSubDomains" } as const;

/** Further ones for a page, which keep it apart from the windows of others. */
export const headersOfPages = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Origin-Agent-Cluster": "?1",
} as const;

/**
 * For answers that bring none of their own: a page has a policy, a cached answer may be stored. Anything else may load
 * nothing, not be framed and not be stored.
 */
const defaults = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cache-Control": "no-store",
} as const;

const always = Object.entries(securityHeaders);
const ofSecure = Object.entries(headersOfSecure);
const ofPages = Object.entries(headersOfPages);
const otherwise = Object.entries(defaults);

/**
 * Sets the headers of every answer, in one pass and once it is made: each middleware and each call of `Headers` costs time,
 * and for headers that were set before, Hono takes a slower way.
 */
export const answerHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { headers } = c.res;
  const { policy, trips, requestId } = c.var;
  headers.set("X-Request-Id", requestId);
  for (const [name, value] of always) headers.set(name, value);
  if (c.req.raw.url.startsWith("https:")) for (const [name, value] of ofSecure) headers.set(name, value);
  if (headers.get("Content-Type")?.startsWith("text/html")) {
    for (const [name, value] of ofPages) headers.set(name, value);
  }
  for (const [name, value] of otherwise) if (!headers.has(name)) headers.set(name, value);
  for (const [name, value] of policy?.deprecation ?? []) headers.set(name, value);
  headers.set("Server-Timing", timingOf(policy, trips));
  for (const rate of classesOf(policy)) headers.append("RateLimit-Policy", rateLimitPolicy(rate));
};

/** The headers of an answer that is made without a stage, at the endpoint of a policy or at any. */
export function headersAt(policy?: Policy): [string, string][] {
  return [
    ...[...always, ...otherwise, ...(policy?.deprecation ?? [])],
    ["Server-Timing", timingOf(policy, { count: 0, milliseconds: 0 })],
    ...classesOf(policy).map((rate): [string, string] => ["RateLimit-Policy", rateLimitPolicy(rate)]),
  ];
}

/** Those that can count a call. The platform does not report the remainder. */
function classesOf(policy: Policy | undefined): RateClass[] {
  return [...(policy?.carries ? (["token"] as const) : []), ...(policy?.rate ? [policy.rate] : [])];
}

/** The use of the database, for the browser's network panel and for tests. */
function timingOf(policy: Policy | undefined, { count, milliseconds, again }: Variables["trips"]): string {
  // Omits the time for strangers: it could reveal more than the answer does.
  const duration = policy && isSignedIn(policy.access) ? `dur=${milliseconds};` : "";
  return `db;${duration}desc="round trips: ${count}${again ? `, tried again: ${again}` : ""}"`;
}
