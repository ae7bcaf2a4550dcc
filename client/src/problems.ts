import type { components } from "./schema.ts";

/** An error of the API (RFC 9457). */
export type Problem = components["schemas"]["Problem"];
type Token = components["schemas"]["Token"];
/** An error of one field. */
export type FieldError = NonNullable<Problem["errors"]>[number];

type Result<Data, Error> = { data?: Data; error?: Error; response: Response };

/** A problem that was thrown. `problem.code` is one of the operation's. */
export class ProblemError<Kind = Problem> extends Error {
  override readonly name = "ProblemError";
  readonly problem: Kind;
  readonly response: Response;

  constructor(problem: Kind, response: Response) {
    super(detailOf(problem) ?? `The server answered ${response.status}.`);
    this.problem = problem;
    this.response = response;
  }
}

function detailOf(problem: unknown): string | undefined {
  return typeof problem === "object" && problem !== null && "detail" in problem ? String(problem.detail) : undefined;
}

/** The data of an answer. Throws a {@link ProblemError} for an error, which suits promises and query libraries. */
export function unwrap<Data, Error>({ data, error, response }: Result<Data, Error>): Data {
  if (!response.ok) throw new ProblemError(error, response);
  // An answer without a body has no data, and its type says so.
  return data as Data;
}

/**
 * The errors by form field, the path within the body joined by dots: `{ username: [{ type: "taken", … }] }`.
 * Those that belong to no field are under the empty name.
 */
export function fieldErrors(problem: Pick<Problem, "errors"> | undefined): Record<string, FieldError[]> {
  const byField = new Map<string, FieldError[]>();
  for (const error of problem?.errors ?? []) {
    const [part, ...path] = error.loc;
    const field = part === "body" ? path.join(".") : "";
    byField.set(field, [...(byField.get(field) ?? []), error]);
  }
  // Makes a field of each name, even of `__proto__`, which an assignment would take for something else.
  return Object.fromEntries(byField);
}

/**
 * Makes a problem with the code `unreadable` of an answer that is not the API's: of an error without a code, as a gateway
 * sends, and of a success without JSON or without the `wanted` member, as a hotel's page, whose status becomes 502.
 */
export async function readable(answer: Response, wanted?: keyof Token): Promise<Response> {
  const { ok, status: answered, headers } = answer;
  const text = await answer.clone().text();
  // 202, 204 and 304 may be empty.
  if (!text && answered > 201 && answered < 400) return answer;
  try {
    const body: Partial<Problem & Token> = JSON.parse(text);
    if (ok ? !wanted || body[wanted] : body.code) return answer;
  } catch {
    // It is a page, or cut off.
  }
  const status = ok ? 502 : answered;
  const detail = `The server answered ${answered}, but no JSON of the API.`;
  const code = "unreadable";
  // Over HTTP/2, no answer has a text for its status.
  const problem: Problem = { detail, status, code, title: "Unreadable", type: "about:blank", request_id: "" };
  const whole = new Response(JSON.stringify(problem), { status, headers });
  whole.headers.delete("Content-Length");
  return whole;
}
