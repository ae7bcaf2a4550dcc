/** The Worker of `npm run dev`: src/index.ts, whose calls to the database name their request and may meet faults. */
import { env } from "cloudflare:workers";
import worker, { PasswordHasher, TaskAlarm } from "../../../src/index.ts";
import { faultNames } from "../chaos.ts";
import { following, intercept, planFrom } from "./chaos.ts";

export { PasswordHasher, TaskAlarm };

const { NEON_FETCH_ENDPOINT: endpoint, PLINTH_CHAOS: chaos } = env as Record<string, string | undefined>;
if (endpoint !== undefined) intercept(endpoint, { share: Number(chaos ?? 0) });

/** The ids that src/middleware/request-id.ts adopts. */
const plain = /^[\w=-]{1,64}$/;

export default {
  ...worker,
  fetch(request, bindings, ctx) {
    const asked = chaos !== undefined ? request.headers.get("X-Chaos") : null;
    const plan = asked === null ? undefined : planFrom(asked);
    if (asked !== null && !plan) return unknownFault();
    const given = request.headers.get("X-Request-Id") ?? "";
    const requestId = plain.test(given) ? given : crypto.randomUUID();
    const headers = new Headers(request.headers);
    headers.set("X-Request-Id", requestId);
    return following({ requestId, plan }, () => worker.fetch(new Request(request, { headers }), bindings, ctx));
  },
} satisfies ExportedHandler<Record<string, unknown>>;

function unknownFault(): Response {
  const names = [...faultNames, "none"].join(", ");
  return new Response(`X-Chaos is one of these, with "; skip=1" or "; times=1" if you like: ${names}\n`, {
    status: 400,
  });
}
