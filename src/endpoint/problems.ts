import type { RouteConfig } from "@hono/zod-openapi";
import { ApiError, type ErrorCode, errorTable, oauthMembers, problemBody } from "../errors.ts";
import { headers, type ResponseHeader } from "../http/headers.ts";
import { OAuthProblem, Problem } from "../schemas/problem.ts";

type Responses = RouteConfig["responses"];
type ProblemResponse = ReturnType<typeof problemResponse>;

const problemType = "application/problem+json";

/** How the document shows these errors: by status, each with its sentence and an example. */
export function problemResponses(codes: readonly ErrorCode[]): Record<string, ProblemResponse> {
  const byStatus = Map.groupBy(codes, (code) => errorTable[code].status);
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, problemResponse(group)]));
}

/** All that an endpoint can answer: what it declares, the errors that follow from its policy, and anything else. */
export function documented(derived: readonly ErrorCode[], own: Responses, oauth = false): Responses {
  const responses = { ...merged(problemResponses(derived), own), default: anythingElse() };
  return oauth ? withOAuthErrors(responses) : responses;
}

/** An endpoint's own errors stand beside the derived ones of the same status. */
function merged(derived: Record<string, ProblemResponse>, own: Responses): Responses {
  const both = Object.entries(derived).flatMap(
    ([status, { description, headers, content }]): [string, ProblemResponse][] => {
      const other = own[status];
      if (!other || !isProblemResponse(other)) return [];
      const examples = { ...content[problemType].examples, ...other.content[problemType].examples };
      return [
        [
          status,
          {
            description: `${description} ${other.description}`,
            headers: { ...headers, ...other.headers },
            content: { [problemType]: { schema: Problem, examples } },
          },
        ],
      ];
    },
  );
  return { ...derived, ...own, ...Object.fromEntries(both) };
}

/** RFC 6749, section 5.2, has errors as `application/json` with members of its own. */
function withOAuthErrors(responses: Responses): Responses {
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      if (!isProblemResponse(response)) return [status, response];
      const examples = Object.entries(response.content[problemType].examples).map(([code, { value }]) => {
        return [code, { value: { ...value, ...oauthMembers(new ApiError(value.code)) } }];
      });
      const content = { "application/json": { schema: OAuthProblem, examples: Object.fromEntries(examples) } };
      return [status, { ...response, content }];
    }),
  );
}

function anythingElse(): ProblemResponse {
  return { ...problemResponse(["internal", "database_unavailable"]), description: "Anything else that goes wrong." };
}

function problemResponse(codes: readonly ErrorCode[]) {
  const examples = codes.map((code) => [code, { value: problemBody(new ApiError(code), "…") }] as const);
  return {
    description: codes.map((code) => `\`${code}\`: ${errorTable[code].detail}`).join(" "),
    headers: headers(...headersOf(codes)),
    content: { [problemType]: { schema: Problem, examples: Object.fromEntries(examples) } },
  };
}

function headersOf(codes: readonly ErrorCode[]): ResponseHeader[] {
  const statuses = codes.map((code) => errorTable[code].status);
  const isTemporary = statuses.includes(429) || codes.some((code) => "retryAfter" in errorTable[code]);
  return [
    ...(statuses.includes(401) ? (["WWW-Authenticate"] as const) : []),
    ...(statuses.includes(429) ? (["RateLimit"] as const) : []),
    ...(isTemporary ? (["Retry-After"] as const) : []),
  ];
}

function isProblemResponse(response: object): response is ProblemResponse {
  return "content" in response && typeof response.content === "object" && problemType in (response.content ?? {});
}
