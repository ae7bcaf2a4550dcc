/** A Worker as `npm run dev` serves it: its calls to the database name their request and may meet faults. */
import { env } from "cloudflare:workers";
import { faultNames } from "../chaos.ts";
import { following, intercept, planFrom } from "./chaos.ts";

type Bindings = Record<string, unknown>;
type Served = {
  fetch(request: Request, bindings: Bindings, ctx: ExecutionContext): Response | Promise<Response>;
  scheduled?(event: ScheduledController, bindings: Bindings): Promise<void>;
};

/** The path by which a cron trigger is tried. One Worker alone has it of its runtime, several have it of their base. */
const scheduledPath = "/cdn-cgi/handler/scheduled";

/** The ids that src/middleware/request-id.ts adopts. */
const plain = /^[\w=-]{1,64}$/;

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
      const given = request.headers.get("X-Request-Id") ?? "";
      const requestId = plain.test(given) ? given : crypto.randomUUID();
      const headers = new Headers(request.headers);
      headers.set("X-Request-Id", requestId);
      return following({ requestId, plan }, () => worker.fetch(new Request(request, { headers }), bindings, ctx));
    },
  };
}

function unknownFault(): Response {
  const names = [...faultNames, "none"].join(", ");
  return new Response(`X-Chaos is one of these, with "; skip=1" or "; times=1" if you like: ${names}\n`, {
    status: 400,
  });
}
