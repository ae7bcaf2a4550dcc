import type { Deps } from "../context/types.ts";
import { appOf } from "../endpoint/app-of.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { cloudflareTracer } from "../platform/tracer.ts";
import { ofWorker } from "../platform/worker.ts";
import type { Bindings } from "../settings.ts";
import { type TaskOutline, tasksElsewhere, wakeElsewhere } from "../task/elsewhere.ts";

/** The Worker of some endpoints of an API, behind the router. It enqueues tasks, and the base runs them. */
export function partWorker(endpoints: readonly Endpoint[], tasks: readonly TaskOutline[]) {
  const deps: Deps = {
    ...ofWorker,
    tasks: tasksElsewhere(tasks),
    // Only tasks send mail.
    transport: () => undefined,
    wake: wakeElsewhere,
    tracer: cloudflareTracer,
  };
  return { fetch: appOf(endpoints, deps).fetch } satisfies ExportedHandler<Bindings>;
}
