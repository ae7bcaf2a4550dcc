/** Calls the database by Neon's SQL over HTTP, and checks every answer before use. */

/** The database use of one request so far. */
export type RoundTrips = {
  count: number;
  milliseconds: number;
  /** The time at which the last call was sent. */
  at?: number;
  /** The calls that were sent once more, which `count` includes. */
  again?: number;
  /** True while a call of unknown outcome may be sent once more, since a repetition has no further effect. */
  mayRepeat?: boolean;
  /** Does a call in a span of the platform's tracing. */
  within?: Within | undefined;
};
type Within = <T>(name: string, attributes: Record<string, number>, work: () => Promise<T>) => Promise<T>;

/** Options of one call. The driver has a single `fetch` per isolate, but passes on options for each client. */
export type CallOptions = { trips: RoundTrips; timeout: number; endpoint: string | undefined };

/**
 * The reason why a call has no answer of Postgres. `cut_off`: the connection broke within the answer. `quota` to
 * `rejected`: something before Postgres refused. `garbage` and `wrong_*`: no answer to what was asked.
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

/** The loggable facts of a fault, and the seconds to wait that the answer asked for. */
type FaultFields = { http_status?: number; media_type?: string; bytes?: number; retryAfter?: number };

/** A call without an answer of Postgres: the outcome of its statements is unknown. */
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

/** The parts of a response that the driver reads. */
type Answer = { ok: boolean; status: number; json: () => Promise<unknown> };

/**
 * The driver's `fetch`: counts the call in `trips`, and aborts it and its answer after `timeout` milliseconds. If there is
 * time, sends it once more after an {@link isUndone}, or an {@link isBlip} if it may be repeated. Throws {@link CallError}.
 */
export async function call(url: string, init: RequestInit & CallOptions): Promise<Answer> {
  const { trips } = init;
  return trips.within
    ? trips.within("database", { "db.round_trip": trips.count + 1 }, () => answerTo(url, init))
    : answerTo(url, init);
}

async function answerTo(url: string, init: RequestInit & CallOptions): Promise<Answer> {
  const { trips, timeout, endpoint = url, ...request } = init;
  const due = Date.now() + timeout;
  const [first] = await Promise.allSettled([send(endpoint, request, { trips, timeout })]);
  const pause = 20 + Math.random() * 60;
  if ((await mayGoAgain(first, trips)) && Date.now() + pause < due - leastLeft(trips, timeout)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    trips.again = (trips.again ?? 0) + 1;
    return send(endpoint, request, { trips, timeout: due - Date.now() });
  }
  if (first.status === "rejected") throw first.reason;
  return first.value;
}

/** The milliseconds that a repetition must have left: a change that may not be repeated again has to learn its outcome. */
export function leastLeft({ mayRepeat }: RoundTrips, timeout: number): number {
  return mayRepeat ? 0 : timeout / 3;
}

async function mayGoAgain(first: PromiseSettledResult<Answer>, { mayRepeat }: RoundTrips): Promise<boolean> {
  if (first.status === "rejected") return mayRepeat === true && isBlip(first.reason);
  const code = first.value.ok ? undefined : fieldOf(await first.value.json(), "code");
  return isUndone(code) || (mayRepeat === true && isPassing(code));
}

/** True for a connection that broke, or a gateway without an answer. */
function isBlip(reason: unknown): boolean {
  return reason instanceof CallError && passing.includes(reason.fault);
}

/**
 * True for an SQLSTATE after which any call may be sent again: a serialization failure or a deadlock, of which Postgres
 * has undone the whole statement or batch.
 */
export function isUndone(code: unknown): boolean {
  return code === "40001" || code === "40P01";
}

/** True for an SQLSTATE after which a read may be sent again: Postgres broke the connection. */
export function isPassing(code: unknown): boolean {
  return /^(08|57P01$)/.test(String(code));
}

const passing: readonly CallFault[] = ["refused", "reset", "network", "cut_off", "gateway"];

/** Sends one request, and follows no redirect, which would pass the password on. */
async function send(
  endpoint: string,
  request: RequestInit,
  { trips, timeout }: Pick<CallOptions, "trips" | "timeout">,
): Promise<Answer> {
  const started = Date.now();
  const deadline = startDeadline(timeout);
  trips.count += 1;
  trips.at = started;
  try {
    const options: RequestInit = { ...request, redirect: "manual", signal: deadline.signal };
    const response = await fetch(endpoint, options).catch((error) => {
      throw new CallError(deadline.signal.aborted ? "timeout" : networkFault(error));
    });
    const { status } = response;
    const text = await response.text().catch(() => {
      throw new CallError(deadline.signal.aborted ? "timeout" : "cut_off", { http_status: status });
    });
    const answer = checked(response, text, String(request.body));
    return { ok: status === 200, status, json: async () => answer };
  } finally {
    deadline.clear();
    trips.milliseconds += Date.now() - started;
  }
}

/** The part of a deadline for which an isolate whose timers were late waits longer, to read what has arrived. */
const grace = 1 / 10;

/**
 * Waits in two halves. In a busy isolate the first ends late, and the second still lets an answer be read that has
 * arrived before it aborts. A signal of the platform would cost more, and be held in memory after its request.
 */
function startDeadline(milliseconds: number): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController();
  const due = Date.now() + milliseconds;
  let timer = setTimeout(() => {
    const left = Math.max(due - Date.now(), milliseconds * grace);
    timer = setTimeout(() => controller.abort(), left);
  }, milliseconds / 2);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

/** Reads the runtime's words, since it gives no codes. */
function networkFault(error: unknown): CallFault {
  const words = error instanceof Error ? `${error.message} ${error.cause}` : "";
  if (/refused/i.test(words)) return "refused";
  return /reset|lost|disconnected|closed|hang up/i.test(words) ? "reset" : "network";
}

/** The parsed answer: results of the right shape and number, or an error from Postgres itself. */
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

/** The number of statements of a batch; undefined for a single statement. */
function countOf(request: string): number | undefined {
  const queries = request.startsWith('{"queries":') ? fieldOf(parsed(request), "queries") : undefined;
  return Array.isArray(queries) ? queries.length : undefined;
}

/** The JSON value, or undefined. */
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

/** True for rows of the right width with values of text or null, which the driver assumes unchecked. */
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
