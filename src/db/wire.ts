/** One call to the database: Neon's SQL over HTTP, whose answers are checked before anything believes them. */

/** What one request has spent on the database so far. */
export type RoundTrips = { count: number; milliseconds: number };

/** What travels with each call; the driver takes one fetch for the whole isolate, but options for each client. */
export type CallOptions = { trips: RoundTrips; timeout: number; endpoint: string | undefined };

/**
 * Why a call brought no answer of Postgres: nobody listened (`refused`), the connection broke (`reset`, or `cut_off` in the
 * middle of the answer), the deadline came (`timeout`), something between refused (`quota`, `throttled`, `gateway`,
 * `redirected`, `rejected`), or what came is no answer to what was asked (`garbage`, `wrong_shape`, `wrong_count`).
 */
export type CallFault =
  | "refused"
  | "reset"
  | "network"
  | "timeout"
  | "cut_off"
  | "quota"
  | "throttled"
  | "gateway"
  | "redirected"
  | "rejected"
  | "garbage"
  | "wrong_shape"
  | "wrong_count";

/** What a log may hold of a fault, and how long the answer asked to wait, in seconds. */
type FaultFields = { http_status?: number; media_type?: string; bytes?: number; retryAfter?: number };

/** A call that brought no answer of Postgres. The outcome of its statements is unknown. */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly fault: CallFault;
  readonly fields: FaultFields;

  constructor(fault: CallFault, fields: FaultFields = {}) {
    super(fault);
    this.fault = fault;
    this.fields = fields;
  }
}

/** What the driver reads of a response. */
type Answer = { ok: boolean; status: number; json: () => Promise<unknown> };

/**
 * The driver's `fetch`: counts the call in `trips`, gives it up after `timeout` milliseconds, its answer included, and
 * follows no redirect, which would carry the password elsewhere. Throws {@link CallError}.
 */
export async function call(url: string, init: RequestInit & CallOptions): Promise<Answer> {
  const { trips, timeout, endpoint = url, ...rest } = init;
  const started = Date.now();
  const deadline = startDeadline(timeout);
  trips.count += 1;
  try {
    const response = await fetch(endpoint, { ...rest, redirect: "manual", signal: deadline.signal }).catch((error) => {
      throw new CallError(deadline.signal.aborted ? "timeout" : networkFault(error));
    });
    const { status } = response;
    const text = await response.text().catch(() => {
      throw new CallError(deadline.signal.aborted ? "timeout" : "cut_off", { http_status: status });
    });
    const answer = checked(response, text, String(rest.body));
    return { ok: status === 200, status, json: async () => answer };
  } finally {
    deadline.clear();
    trips.milliseconds += Date.now() - started;
  }
}

/**
 * In two halves: an isolate that was busy is late for the first, and only a database that is still silent after the
 * second is given up. With one timer, a stalled isolate would blame answers that it has not had time to read.
 */
function startDeadline(milliseconds: number): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController();
  let timer = setTimeout(() => {
    timer = setTimeout(() => controller.abort(), milliseconds / 2);
  }, milliseconds / 2);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

/** By the runtime's words, which is all that there is. */
function networkFault(error: unknown): CallFault {
  const words = error instanceof Error ? `${error.message} ${error.cause}` : "";
  if (/refused/i.test(words)) return "refused";
  return /reset|lost|disconnected|closed|hang up/i.test(words) ? "reset" : "network";
}

/** The parsed answer: results of the right shape and number, or an error that Postgres itself made. */
function checked(response: Response, text: string, request: string): unknown {
  const { status: http_status, headers } = response;
  const media_type = headers.get("Content-Type")?.split(";")[0] ?? "none";
  const retryAfter = Number(headers.get("Retry-After"));
  const fields = { http_status, media_type, bytes: text.length, ...(retryAfter > 0 && { retryAfter }) };
  if (http_status !== 200 && http_status !== 400) throw new CallError(faultOf(http_status), fields);
  const answer = parsed(text);
  if (answer === undefined) throw new CallError("garbage", fields);
  if (http_status === 400) {
    if (isPostgresError(answer)) return answer;
    throw new CallError("rejected", fields);
  }
  const asked = countOf(request);
  const results = asked === undefined ? [answer] : fieldOf(answer, "results");
  if (!Array.isArray(results) || !results.every(isResult)) throw new CallError("wrong_shape", fields);
  if (results.length !== (asked ?? 1)) throw new CallError("wrong_count", fields);
  return answer;
}

function faultOf(status: number): CallFault {
  if (status === 402) return "quota";
  if (status === 429) return "throttled";
  if (status >= 500) return "gateway";
  return status >= 300 && status < 400 ? "redirected" : "rejected";
}

/** How many statements a batch has; undefined where the request is one statement. */
function countOf(request: string): number | undefined {
  const queries = request.startsWith('{"queries":') ? fieldOf(parsed(request), "queries") : undefined;
  return Array.isArray(queries) ? queries.length : undefined;
}

/** Undefined where the text is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPostgresError(answer: unknown): boolean {
  const code = fieldOf(answer, "code");
  return typeof fieldOf(answer, "message") === "string" && typeof code === "string" && /^[0-9A-Z]{5}$/.test(code);
}

/** Rows as long as the list of their fields, each value text or null: what the driver asked for, and takes for granted. */
function isResult(result: unknown): boolean {
  const [fields, rows] = [fieldOf(result, "fields"), fieldOf(result, "rows")];
  if (!Array.isArray(fields) || !Array.isArray(rows)) return false;
  const isRow = (row: unknown) =>
    Array.isArray(row) &&
    row.length === fields.length &&
    row.every((value) => value === null || typeof value === "string");
  return fields.every((field) => typeof fieldOf(field, "name") === "string") && rows.every(isRow);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
