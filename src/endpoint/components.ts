import type { OpenAPIHono } from "@hono/zod-openapi";
import { usualBytes } from "../context/policy.ts";
import type { AppEnv } from "../context/types.ts";
import { type ErrorCode, errorTable } from "../errors.ts";
import { sizeInWords } from "../schemas/sizes.ts";
import { codesOf } from "./contract.ts";
import type { Endpoint } from "./endpoint.ts";
import { exampleProblem, type ProblemPolicy } from "./problems.ts";

export type ApiDocument = ReturnType<OpenAPIHono<AppEnv>["getOpenAPI31Document"]>;
type Components = NonNullable<ApiDocument["components"]>;
type Responses = NonNullable<Components["responses"]>;
type Response = Exclude<Responses[string], { $ref: string }>;
type Shared = Required<Pick<Components, "headers" | "examples" | "responses">>;

/**
 * Moves to `components` what operations have in common, so that each is there once: headers, and errors with their
 * examples. Each error gets its codes as an enum, which generated types make a union.
 */
export function shareComponents(document: ApiDocument, endpoints: readonly Endpoint[]): void {
  const shared: Shared = { headers: {}, examples: {}, responses: {} };
  for (const endpoint of endpoints) {
    const { contract, policy } = endpoint;
    const responses: Responses = document.paths?.[policy.path]?.[contract.method]?.responses ?? {};
    for (const [status, response] of Object.entries(responses)) {
      if ("$ref" in response) continue;
      const told = withSharedHeaders(response, shared);
      responses[status] = Number(status) < 400 ? told : sharedProblem(told, Number(status), endpoint, shared);
    }
  }
  document.components = { ...document.components, ...shared };
}

/** The description of a header follows from its name. */
function withSharedHeaders({ headers, ...response }: Response, shared: Shared): Response {
  const names = Object.keys(headers ?? {});
  if (names.length === 0) return response;
  Object.assign(shared.headers, headers);
  return { ...response, headers: Object.fromEntries(names.map((name) => [name, referenceTo("headers", name)])) };
}

function sharedProblem(response: Response, status: number, { contract, policy }: Endpoint, shared: Shared) {
  const codes = codesOf(contract).filter((code) => errorTable[code].status === status);
  const prefix = policy.oauth ? "oauth." : "";
  const names = codes.map((code) => exampleName(code, policy));
  const examples = codes.map((code, i) => [code, `${prefix}${names[i]}`] as const);
  for (const [code, name] of examples) shared.examples[name] = { value: exampleProblem(code, policy) };
  const code = { type: "string" as const, enum: codes };
  const content = Object.entries(response.content ?? {}).map(([type, { schema = {} }]) => {
    const coded = { allOf: [schema, { type: "object" as const, properties: { code }, required: ["code"] }] };
    return [type, { schema: coded, examples: referencesTo(examples) }];
  });
  const name = prefix + [...names, ...headersBeside(response)].join(".");
  shared.responses[name] = { ...response, content: Object.fromEntries(content) };
  return referenceTo("responses", name);
}

/** The code, and what else decides the body of its example. */
function exampleName(code: ErrorCode, { fields, maxBytes }: ProblemPolicy): string {
  const entry = errorTable[code];
  const isOfBody = "field" in entry && !("in" in entry.field);
  if (isOfBody && !fields.includes(entry.field.name)) return `${code}.elsewhere`;
  if (code === "payload_too_large" && maxBytes !== usualBytes)
    return `${code}.${sizeInWords(maxBytes).replace(" ", "_")}`;
  return code;
}

/** The headers of an error that its codes do not decide, or their absence. */
function headersBeside({ headers = {} }: Response): string[] {
  const own = Object.keys(headers).filter((name) => /^Accept-P|^Deprecation$|^Sunset$/.test(name));
  return "RateLimit-Policy" in headers ? own : [...own, "uncounted"];
}

function referencesTo(examples: readonly (readonly [ErrorCode, string])[]) {
  return Object.fromEntries(examples.map(([code, name]) => [code, referenceTo("examples", name)]));
}

function referenceTo(kind: keyof Shared, name: string) {
  return { $ref: `#/components/${kind}/${name}` };
}
