/** The Worker of `npm run dev -- --chaos`: src/index.ts, whose calls to the database meet faults. */
import { env } from "cloudflare:workers";
import worker, { PasswordHasher, TaskAlarm } from "../../../src/index.ts";
import { faultNames } from "../chaos.ts";
import { following, intercept, planFrom } from "./chaos.ts";

export { PasswordHasher, TaskAlarm };

/** One call in twenty, where a request does not say. */
const share = 1 / 20;
const { NEON_FETCH_ENDPOINT: endpoint } = env as { NEON_FETCH_ENDPOINT?: string };
if (endpoint !== undefined) intercept(endpoint, { share });

export default {
  ...worker,
  fetch(request, bindings, ctx) {
    const asked = request.headers.get("X-Chaos");
    if (asked === null) return worker.fetch(request, bindings, ctx);
    const plan = planFrom(asked);
    if (plan) return following(plan, () => worker.fetch(request, bindings, ctx));
    const names = [...faultNames, "none"].join(", ");
    return new Response(`X-Chaos is one of these, with "; skip=1" or "; times=1" if you like: ${names}\n`, {
      status: 400,
    });
  },
} satisfies ExportedHandler<Record<string, unknown>>;
