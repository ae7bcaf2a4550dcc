import type { Deps } from "../context/types.ts";
import { connect } from "../db/client.ts";
import { beginSession } from "../db/session.ts";
import { appOf } from "../endpoint/app.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { logToConsole } from "../log.ts";
import { addressOfEdge } from "../platform/address.ts";
import { answersOfDataCentre } from "../platform/answers.ts";
import { hasherOf } from "../platform/hashing.ts";
import { textsFor } from "../platform/texts.ts";
import { cloudflareTracer } from "../platform/tracer.ts";
import type { Bindings } from "../settings.ts";
import { type TaskOutline, tasksElsewhere, wakeElsewhere } from "../task/elsewhere.ts";

/** The Worker of some endpoints of an API, behind the router. It enqueues tasks, and the base runs them. */
export function partWorker(endpoints: readonly Endpoint[], tasks: readonly TaskOutline[]) {
  const deps: Deps = {
    connect,
    begin: beginSession,
    address: addressOfEdge,
    hasher: hasherOf,
    // Only tasks send mail.
    transport: () => undefined,
    now: () => new Date(),
    cache: textsFor,
    answers: answersOfDataCentre,
    log: logToConsole,
    tasks: tasksElsewhere(tasks),
    wake: wakeElsewhere,
    tracer: cloudflareTracer,
  };
  return { fetch: appOf(endpoints, deps).fetch } satisfies ExportedHandler<Bindings>;
}
