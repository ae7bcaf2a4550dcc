/** A Worker as `npm run dev` serves it: its calls to the database name their request and may meet faults. */
import { env } from "cloudflare:workers";
import { adoptedId } from "../../../src/http/request-id.ts";
import { faultNames } from "../chaos.ts";
import { following, intercept, planFrom } from "./chaos.ts";

type Bindings = Record<string, unknown>;
type Served = {
  fetch(request: Request, bindings: Bindings, ctx: ExecutionContext): Response | Promise<Response>;
  scheduled?(event: ScheduledController, bindings: Bindings): Promise<void>;
};

/** The path by which a cron trigger is tried. One Worker alone has it of its runtime, several have it of their base. */
const scheduledPath = "/cdn-cgi/handler/scheduled";

/** Milliseconds for the rest of a body that was refused. */
const mostRead = 10_000;

export function forDevelopment<Worker extends Served>(worker: Worker): Worker {
  const { NEON_FETCH_ENDPOINT: endpoint, PLINTH_CHAOS: chaos } = env as Record<string, string | undefined>;
  if (endpoint !== undefined) intercept(endpoint, { share: Number(chaos ?? 0) });
  return {
    ...worker,
    async fetch(request: Request, bindings: Bindings, ctx: ExecutionContext) {
      if (worker.scheduled && new URL(request.url).pathname === scheduledPath) {
        await worker.scheduled({ cron: "", scheduledTime: Date.now(), noRetry: () => {} }, bindings);
        return new Response("ok");
      }
      const asked = chaos !== undefined ? request.headers.get("X-Chaos") : null;
      const plan = asked === null ? undefined : planFrom(asked);
      if (asked !== null && !plan) return unknownFault();
      const requestId = adoptedId(request.headers.get("X-Request-Id"));
      const headers = new Headers(request.headers);
      headers.set("X-Request-Id", requestId);
      const { body, readRest } = received(request);
      const own = new Request(request, { headers, body });
      const answer = await following({ requestId, plan }, () => worker.fetch(own, bindings, ctx));
      await readRest();
      return answer;
    },
  };
}

/**
 * The body of a request, of which the rest is read if the Worker refuses it, as Cloudflare does before it passes the answer
 * on. The runtime would close the connection, and a client that still sends would see that instead of the answer.
 */
function received({ method, body, headers }: Request): { body: ReadableStream | null; readRest: () => Promise<void> } {
  // No request can be made of a GET with a body, which no endpoint reads.
  if (!body || method === "GET" || method === "HEAD") return { body: null, readRest: async () => {} };
  const size = headers.get("Content-Length");
  const { readable, writable } = size === null ? new IdentityTransformStream() : new FixedLengthStream(Number(size));
  const writer = writable.getWriter();
  let isRefused = false;
  const refuse = () => {
    isRefused = true;
  };
  const pass = async () => {
    for await (const chunk of body) if (!isRefused) await writer.write(chunk).catch(refuse);
    if (!isRefused) await writer.close();
  };
  const passed = pass().catch((error: unknown) => writer.abort(error).catch(() => undefined));
  return {
    body: readable,
    async readRest() {
      if (!readable.locked) await readable.cancel();
      // A write that was under way fails in a moment.
      await Promise.race([passed, scheduler.wait(50)]);
      if (isRefused) await Promise.race([passed, scheduler.wait(mostRead)]);
    },
  };
}

function unknownFault(): Response {
  const names = [...faultNames, "none"].join(", ");
  return new Response(`X-Chaos is one of these, with "; skip=1" or "; times=1" if you like: ${names}\n`, {
    status: 400,
  });
}
