import ky, {
  type Input,
  isHTTPError,
  isNetworkError,
  isTimeoutError,
  type KyInstance,
  NetworkError,
  type ResponsePromise,
  SchemaValidationError,
} from "ky";
import { newTrace, type TraceContext } from "./trace.ts";

/** The reason why a call to another service failed, in our own words: its address and answer may hold a secret. */
export class OutboundError extends Error {
  override readonly name = "OutboundError";
  /** The status of its answer, if there was one. */
  readonly status: number | undefined;
  /** The seconds after which it asks to be called again. */
  readonly retryAfter: number | undefined;

  constructor(message: string, { status, retryAfter }: { status?: number; retryAfter?: number | undefined } = {}) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** The request on whose behalf others are called, and its trace. Each attempt counts in its `facts`. */
export type Trace = {
  requestId?: string | undefined;
  trace?: (() => TraceContext) | undefined;
  facts?: { calls?: number } | undefined;
};

const methods = ["get", "head", "post", "put", "patch", "delete"] as const;
const readers = ["json", "text", "arrayBuffer", "blob", "bytes", "formData"] as const;

/** The methods by which others are called. */
export type Calls = Pick<KyInstance, (typeof methods)[number]>;

/** The statuses with which Cloudflare answers in place of a server that gave no proper answer. */
const noProperAnswer = [520, 521, 522, 523, 524];

/** Seconds for the whole call, with its repetitions, and for each attempt. */
const deadlines = { seconds: 10, attemptSeconds: 5 };

type Bounds = { seconds?: number; attemptSeconds?: number; mayRepeat?: (() => boolean) | undefined };

/**
 * Calls other services: `calling(c.var).get(url).json()`. A call has a deadline. It is repeated twice at most, after
 * `Retry-After` if that is no longer than an attempt, and only if a repetition does no harm: by its method, or by an
 * `Idempotency-Key`. It names our request and its trace, and follows no redirect, which could carry a secret elsewhere.
 * Throws {@link OutboundError}.
 */
export function calling(
  { requestId, trace = () => newTrace(requestId), facts = {} }: Trace,
  { seconds = deadlines.seconds, attemptSeconds = deadlines.attemptSeconds, mayRepeat = () => true }: Bounds = {},
): Calls {
  const client = ky.create({
    headers: { "X-Request-Id": requestId, ...trace() },
    redirect: "manual",
    fetch: (request, options) => {
      facts.calls = (facts.calls ?? 0) + 1;
      return fetch(request, options).catch((cause: unknown) => Promise.reject(lost(request, cause)));
    },
    // The parser's own error would quote the answer.
    parseJson: (text, { request }) => {
      try {
        return JSON.parse(text);
      } catch {
        throw new OutboundError(`${new URL(request.url).host} answered no JSON`);
      }
    },
    timeout: attemptSeconds * 1_000,
    totalTimeout: seconds * 1_000,
    retry: {
      limit: 2,
      methods: ["get", "head", "options", "put", "delete", "post", "patch"],
      statusCodes: [408, 429, 502, 503, 504, ...noProperAnswer],
      afterStatusCodes: [429, 503],
      retryOnTimeout: true,
      backoffLimit: 2_000,
      jitter: true,
      // Undefined leaves the decision to the rules above.
      shouldRetry: ({ error }) =>
        isHarmless(error) && waitOf(error) <= attemptSeconds && mayRepeat() ? undefined : false,
    },
    hooks: { beforeError: [({ error, request }) => inOurWords(error, new URL(request.url).host)] },
  });
  for (const method of methods) {
    const send = client[method];
    client[method] = <T>(...[input, options]: Parameters<typeof send>) => readable(send<T>(input, options), input);
  }
  return client;
}

/** Names a lost connection as one: ky does not recognise workerd's error, which is marked `retryable`. */
function lost(request: Input, cause: unknown): unknown {
  const isLost = cause instanceof Error && "retryable" in cause && cause.retryable === true;
  return isLost && request instanceof Request ? new NetworkError(request, { cause }) : cause;
}

/** ky's hooks end with the headers: tells in our words, too, what fails as the body is read. */
function readable<T>(answer: ResponsePromise<T>, input: Input): ResponsePromise<T> {
  for (const name of readers) {
    const read: (schema: never) => Promise<unknown> = answer[name];
    Object.assign(answer, {
      [name]: (schema: never) =>
        read(schema).catch((error: unknown) => {
          throw unreadable(error, new URL(input instanceof Request ? input.url : input).host);
        }),
    });
  }
  return answer;
}

function unreadable(error: unknown, host: string): OutboundError {
  if (error instanceof OutboundError) return error;
  const isShape = error instanceof SchemaValidationError;
  return new OutboundError(isShape ? `${host} answered in an unexpected shape` : `${host} broke off its answer`);
}

function inOurWords(error: Error, host: string): Error {
  if (error instanceof OutboundError) return error;
  if (isHTTPError(error)) {
    const { status } = error.response;
    return new OutboundError(`${host} answered ${status}`, { status, retryAfter: retryAfterOf(error.response) });
  }
  const isLate = isTimeoutError(error) || error.name === "TimeoutError";
  return new OutboundError(isLate ? `${host} did not answer in time` : `${host} cannot be reached`);
}

/** True if the request may be sent again, whatever became of it. */
function isHarmless(error: Error): boolean {
  if (!isHTTPError(error) && !isTimeoutError(error) && !isNetworkError(error)) return false;
  const { method, headers } = error.request;
  return !/^(POST|PATCH)$/.test(method) || headers.has("Idempotency-Key");
}

function waitOf(error: Error): number {
  return isHTTPError(error) ? (retryAfterOf(error.response) ?? 0) : 0;
}

/** In seconds (RFC 9110, section 10.2.3). */
function retryAfterOf({ headers }: Response): number | undefined {
  const value = headers.get("Retry-After") ?? "";
  if (/^\d+$/.test(value)) return Number(value);
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : Math.max(0, Math.ceil((time - Date.now()) / 1_000));
}
