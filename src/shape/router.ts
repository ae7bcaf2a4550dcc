import { getPathNoStrict } from "hono/utils/url";
import { RememberingRouter } from "../endpoint/router.ts";
import { adoptedId } from "../http/request-id.ts";
import { describeError, type Log, logToConsole } from "../log.ts";

/** The path of an endpoint as Hono spells it, and the binding of the Worker that has it. */
export type Route = readonly [method: string, path: string, binding: string];

/** A refusal by the router itself, complete but for the id of the request. */
export type Refusal = {
  status: number;
  headers: readonly (readonly [string, string])[];
  /** Further ones of an answer by TLS. */
  secure: readonly (readonly [string, string])[];
  body: object;
};

/** Everything that the router knows, in plain data: dev/shapes makes it of the endpoints. */
export type RouterData = {
  /** In the order of the one list. */
  routes: readonly Route[];
  /** The binding of the Worker that refuses what has no route. */
  base: string;
  /** There is no such binding. */
  unbound: Refusal;
  /** The Worker behind a binding cannot be reached, or failed past all that could answer. */
  failed: Refusal;
  /** The Worker behind a binding did not answer in time. */
  late: Refusal;
  wait: Wait;
};

/** Seconds until an answer begins, and those that a body may take before, where there is one. */
export type Wait = { answer: number; body: number };

type Target = { fetch(request: Request, init?: RequestInit): Promise<Response> };

/** The Worker in front of an API in parts: hands each request to the part that has its endpoint. */
export function routerWorker({ routes, base, unbound, failed, late, wait }: RouterData, log: Log = logToConsole) {
  const find = finderIn(routes, base);
  const refuse = (request: Request, bindings: Record<string, unknown>, { binding, refusal, cause }: Refused) => {
    const request_id = adoptedId(request.headers.get("X-Request-Id"));
    log({ level: "error", message: "router", binding, status: refusal.status, request_id, cause });
    return answerOf(refusal, { request, request_id, origins: String(bindings.ALLOWED_ORIGINS ?? "") });
  };
  return {
    async fetch(request: Request, bindings: Record<string, unknown>): Promise<Response> {
      const binding = find(request);
      const target = bindings[binding];
      if (!isTarget(target)) return refuse(request, bindings, { binding, refusal: unbound });
      try {
        return await answerInTime(target, request, wait);
      } catch (error) {
        const refusal = error instanceof Late ? late : failed;
        return refuse(request, bindings, { binding, refusal, cause: describeError(error) });
      }
    },
  };
}

/** Finds the binding for a request, as one app of all endpoints would find the endpoint. */
function finderIn(routes: readonly Route[], base: string): (request: Request) => string {
  // A fixed path belongs to its own methods alone, although /{id} would match it too.
  const fixed = new Map<string, Map<string, string>>();
  const router = new RememberingRouter<string>();
  for (const [method, path, binding] of routes) {
    if (path.includes(":")) router.add(method, path, binding);
    else fixed.set(path, (fixed.get(path) ?? new Map<string, string>()).set(method, binding));
  }
  return (request) => {
    const path = getPathNoStrict(request);
    const method = request.method === "HEAD" ? "GET" : request.method;
    const here = fixed.get(path);
    if (here) return here.get(method) ?? base;
    const [[first] = []] = router.match(method, path);
    return first?.[0] ?? base;
  };
}

/** A part that did not answer in time. */
class Late extends Error {
  override readonly name = "Late";
}

/** The answer of a part. Gives the part up, and throws {@link Late}, where its head does not come in time. */
async function answerInTime(target: Target, request: Request, wait: Wait): Promise<Response> {
  const call = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const giveUpAfter = (seconds: number) =>
    setTimeout(() => {
      reject(new Late(`There was no answer in ${seconds} s`));
      call.abort();
    }, seconds * 1_000);
  const timer = giveUpAfter(request.body === null ? wait.answer : wait.body + wait.answer);
  try {
    return await Promise.race([target.fetch(request, { signal: call.signal }), late]);
  } finally {
    clearTimeout(timer);
  }
}

type Refused = { binding: string; refusal: Refusal; cause?: Record<string, unknown> };

type Asked = { request: Request; request_id: string; origins: string };

function answerOf({ status, headers, secure, body }: Refusal, { request, request_id, origins }: Asked): Response {
  const all = request.url.startsWith("https:") ? [...headers, ...secure] : headers;
  const own = new Headers([...all.map(([name, value]): [string, string] => [name, value])]);
  own.set("X-Request-Id", request_id);
  own.set("Vary", "Origin");
  const origin = request.headers.get("Origin") ?? "";
  if (origin !== "" && origins.split(",").some((one) => one.trim() === origin)) {
    own.set("Access-Control-Allow-Origin", origin);
    own.set("Access-Control-Allow-Credentials", "true");
  } else own.delete("Access-Control-Expose-Headers");
  return new Response(request.method === "HEAD" ? null : JSON.stringify({ ...body, request_id }), {
    status,
    headers: own,
  });
}

function isTarget(value: unknown): value is Target {
  return typeof value === "object" && value !== null && "fetch" in value;
}
