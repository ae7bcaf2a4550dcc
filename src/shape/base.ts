import { defaultDeps } from "../app.ts";
import { appOf, type Whole } from "../endpoint/app-of.ts";
import { infoOf } from "../endpoint/document.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { Alarm } from "../platform/alarm.ts";
import { cloudflareTracer } from "../platform/tracer.ts";
import type { Bindings, Settings } from "../settings.ts";
import { runTasks } from "../task/run.ts";
import { onWake } from "../task/wake.ts";

/** The dependencies of the Worker that holds all state. */
export const workerDeps = { ...defaultDeps, tracer: cloudflareTracer };

export class TaskAlarm extends Alarm {
  protected override work(bindings: Bindings, name: string | undefined) {
    return runTasks(bindings, workerDeps, { span: name === "long" ? name : "brief" });
  }
}

/** The handlers of a Worker that runs all tasks, beside its `fetch`. */
export const ofTasks = {
  scheduled: async (_event: ScheduledController, bindings: Bindings) => {
    await runTasks(bindings, workerDeps);
  },
  queue: (batch: MessageBatch, bindings: Bindings) => onWake(batch, bindings, workerDeps),
} satisfies ExportedHandler<Bindings>;

/** The whole in plain data. The document is JSON, in two parts: `info`, which has settings, stands between them. */
export type WholeData = Pick<Whole, "outlines"> & { document: readonly [string, string] };

/** The Worker at the base of an API in parts: it has the state, runs the tasks, and answers what no part does. */
export function baseWorker(endpoints: readonly Endpoint[], { outlines, document: halves }: WholeData) {
  const { fetch } = appOf(endpoints, workerDeps, { outlines, document: (settings) => documentFrom(halves, settings) });
  return { fetch, ...ofTasks } satisfies ExportedHandler<Bindings>;
}

/** The whole document, as JSON. */
export function documentFrom([before, after]: WholeData["document"], settings: Settings): string {
  return `${before}${JSON.stringify(infoOf(settings))}${after}`;
}
