import { finderIn, type RouteTo } from "../endpoint/router.ts";
import { answersOf, type Refusal, refusedId } from "../http/refusal.ts";
import { describeError, type Log, logToConsole } from "../log.ts";

/** The path of an endpoint as Hono spells it, and the binding of the Worker that has it. */
export type Route = RouteTo<string>;

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
  const find = finderIn(routes);
  const refusals = { unbound: answersOf(unbound), failed: answersOf(failed), late: answersOf(late) };
  const refuse = (request: Request, bindings: Record<string, unknown>, { binding, as, cause }: Refused) => {
    const requestId = refusedId(request);
    const origins = String(bindings.ALLOWED_ORIGINS ?? "").split(",");
    const isListed = (origin: string) => origins.some((one) => one.trim() === origin);
    const answer = refusals[as](request, { requestId, isListed });
    log({ level: "error", message: "router", binding, status: answer.status, request_id: requestId, cause });
    return answer;
  };
  return {
    async fetch(request: Request, bindings: Record<string, unknown>): Promise<Response> {
      const binding = find(request) ?? base;
      const target = bindings[binding];
      if (!isTarget(target)) return refuse(request, bindings, { binding, as: "unbound" });
      try {
        return await answerInTime(target, request, wait);
      } catch (error) {
        const as = error instanceof Late ? "late" : "failed";
        return refuse(request, bindings, { binding, as, cause: describeError(error) });
      }
    },
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

type Refused = { binding: string; as: "unbound" | "failed" | "late"; cause?: Record<string, unknown> };

function isTarget(value: unknown): value is Target {
  return typeof value === "object" && value !== null && "fetch" in value;
}
