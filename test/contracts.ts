/** Holds every answer that a test gets against the contract of its endpoint. */
import { expect, TestRunner } from "vitest";
import { z } from "zod";
import { codesOf } from "../src/endpoint/contract.ts";
import type { Endpoint } from "../src/endpoint/endpoint.ts";
import { type ErrorCode, errorTable } from "../src/errors.ts";
import type { LogEntry } from "../src/log.ts";
import { headersOfPages, headersOfSecure, securityHeaders } from "../src/middleware/answer-headers.ts";
import { forgivesSlash } from "../src/middleware/exact-path.ts";
import { OAuthProblem, Problem } from "../src/schemas/problem.ts";
import type { Answer } from "./harness.ts";

declare module "vitest" {
  interface TaskMeta {
    /** The errors that the test provoked, each as `operationId code`. */
    provoked?: string[];
    /** Those that contracts list. */
    listed?: string[];
  }
}

export type Held = {
  endpoints: readonly Endpoint[];
  method: string;
  pathname: string;
  answer: Answer;
  /** True if the test is about a fault: any other test fails on a 5xx that its contract does not list. */
  mayFail: boolean;
  logs: readonly LogEntry[];
};

/** Headers that no contract names: the platform or the answer's form brings them, or every answer has the same. */
const standardHeaders: readonly string[] = [
  ...Object.keys(securityHeaders),
  ...Object.keys(headersOfPages),
  ...Object.keys(headersOfSecure),
  ...["Access-Control-Allow-Credentials", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers"],
  // Headers of the connection, which is the platform's (RFC 9110, section 7.6.1): Hono's streams set them.
  ...["Connection", "Transfer-Encoding"],
  ...["Cache-Control", "Content-Encoding", "Content-Length", "Content-Security-Policy", "Content-Type"],
  ...["Server-Timing", "Vary"],
].map((name) => name.toLowerCase());

/** Fails unless status, code, media type, headers and body are documented, the body to the last field, and the budget was kept. */
export function holdAgainstContract(held: Held): void {
  const { endpoints, method, pathname, answer } = held;
  expect(answer.headers.get("X-Request-Id")).toMatch(/^[\w=-]{1,64}$/);
  expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
  if (method === "OPTIONS") return holdOptions(answer);
  const found = endpointAt(endpoints, method === "HEAD" ? "GET" : method, pathname);
  if (method === "HEAD") expect(answer.text).toBe("");
  if (!found) return holdNowhere(held);

  // An unknown name costs one more, which tells a mistake from a missing migration.
  const diagnosis = ["internal", "not_ready"].includes(answer.body?.code) ? 1 : 0;
  const spent = `${found.policy.operationId} spends more than the roundTrips of its declaration: say how many, or spend fewer`;
  expect(answer.roundTrips, spent).toBeLessThanOrEqual(found.policy.roundTrips + diagnosis + answer.triedAgain);
  if (answer.status >= 400 && answer.text !== "") holdCode(held, found.policy.operationId, codesOf(found.contract));
  if (answer.status >= 500) refuseFault(held, found.contract.errors ?? []);
  const response = documented(found)[answer.status];
  if (!response) {
    throw new Error(`${found.policy.operationId} answered ${answer.status}, which its contract does not have`);
  }
  holdHeaders(answer, response.headers);
  const mediaType = answer.headers.get("Content-Type")?.split(";")[0] ?? "";
  if (!response.content) return expect(answer.text).toBe("");
  expect(Object.keys(response.content)).toContain(mediaType);
  const content = response.content[mediaType];
  if (method === "HEAD" || !(content?.schema instanceof z.ZodType)) return;
  if (!/[/+]json$/.test(mediaType)) return expect(content.schema.parse(answer.text)).toBe(answer.text);
  expectExactly(content.schema, answer);
  if (found.contract.versioned && answer.status < 400) holdTag(answer);
}

/** The tag in the body names the same version as the header, which may tell representations of it apart. */
function holdTag({ headers, body }: Answer): void {
  expect(body.etag).toMatch(/^"[0-9]+"$/);
  expect(headers.get("ETag")?.replace(/-[0-9]+"$/, '"')).toBe(body.etag);
}

/** The endpoint that answers here. */
export function endpointAt(endpoints: readonly Endpoint[], method: string, pathname: string): Endpoint | undefined {
  // A fixed path is nobody else's parameter.
  const atPath = endpoints.filter(({ route }) => route.path === pathname);
  return (atPath.length > 0 ? atPath : endpoints).find(({ route }) => matches(route, method, pathname));
}

/** `OPTIONS` tells the methods of a path, or those of a preflight, without the database. */
function holdOptions(answer: Answer): void {
  expect(answer.roundTrips).toBe(0);
  if (answer.status !== 204) return expectProblem(answer, ["not_found"]);
  expect(answer.text).toBe("");
  expect(answer.headers.has("Allow") || answer.headers.has("Access-Control-Allow-Methods")).toBe(true);
}

/** At a path that none has, or not by this method. */
function holdNowhere(held: Held): void {
  const { answer } = held;
  expect(answer.roundTrips).toBe(0);
  if (answer.status >= 500) return refuseFault(held, []);
  holdHeaders(answer, {
    "X-Request-Id": { required: true },
    ...(answer.status === 405 && { Allow: { required: true } }),
    // A change at an endpoint's path with a slash behind it is refused by the endpoint.
    ...(answer.status === 404 && { "RateLimit-Policy": {} }),
  });
  if (answer.text !== "") expectProblem(answer, ["not_found", "method_not_allowed"]);
}

function holdCode({ answer }: Held, operationId: string, codes: readonly ErrorCode[]): void {
  const { code } = answer.body ?? {};
  if (!codes.includes(code)) {
    throw new Error(`${operationId} answered ${code}, which its contract does not have: list it in errors`);
  }
  const test = TestRunner.getCurrentTest();
  if (test) test.meta.provoked = [...(test.meta.provoked ?? []), `${operationId} ${code}`];
}

/** A fault that neither the contract lists nor the test is about, with what the log says of it. */
function refuseFault({ answer, mayFail, logs }: Held, errors: readonly ErrorCode[]): void {
  if (mayFail || errors.includes(answer.body?.code)) return;
  const said = logs.filter(({ level }) => level === "error").map((entry) => JSON.stringify(entry, undefined, 2));
  throw new Error(
    `${answer.status} ${answer.body?.code ?? ""}: serve({ mayFail: true }) expects it\n${said.at(-1) ?? ""}`,
  );
}

/** Holds the headers against those that are documented: no other is there, and all that are required. */
function holdHeaders({ headers }: Answer, named: Record<string, { required?: boolean | undefined }>): void {
  const known = new Set([...standardHeaders, ...Object.keys(named).map((name) => name.toLowerCase())]);
  const advice =
    "headers that the contract does not name: describe them in src/http/headers.ts, and name them in responses";
  expect(
    [...headers.keys()].filter((name) => !known.has(name)),
    advice,
  ).toStrictEqual([]);
  const missing = Object.entries(named).filter(([name, { required }]) => required && !headers.has(name));
  expect(
    missing.map(([name]) => name),
    "headers that the contract requires",
  ).toStrictEqual([]);
  if (!("Cache-Control" in named)) expect(headers.get("Cache-Control")).toBe("no-store");
  const varies = (headers.get("Vary") ?? "").split(",").map((name) => name.trim());
  // CORS makes every answer depend on who asks.
  if (!("Vary" in named)) expect(varies.filter((name) => name !== "" && name !== "Origin")).toStrictEqual([]);
}

function documented({ route }: Endpoint) {
  const content = z.record(z.string(), z.object({ schema: z.unknown() })).optional();
  const headers = z.record(z.string(), z.object({ required: z.boolean().optional() })).default({});
  return z.record(z.string(), z.object({ headers, content })).parse(route.responses);
}

function expectProblem(answer: Answer, codes: readonly ErrorCode[]): void {
  expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
  expectExactly(Problem, answer);
  expect(codes).toContain(answer.body.code);
}

function expectExactly(schema: z.ZodType, answer: Answer): void {
  expect(schema.parse(answer.body)).toStrictEqual(answer.body);
  if (schema === Problem || schema === OAuthProblem) {
    expect(answer.body.status).toBe(answer.status);
    const { status } = errorTable[answer.body.code as ErrorCode];
    expect(status).toBe(answer.status);
  }
}

function matches(route: Endpoint["route"], method: string, pathname: string): boolean {
  const slash = forgivesSlash(method) ? "/?" : "";
  const pattern = new RegExp(`^${route.path.replaceAll(/\{.+?\}/g, "[^/]+").replaceAll(".", "\\.")}${slash}$`);
  return route.method.toUpperCase() === method && pattern.test(pathname);
}
