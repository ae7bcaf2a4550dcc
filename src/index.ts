import { createApp, production } from "./app.ts";
import { Alarm } from "./platform/alarm.ts";
import { cloudflareTracer } from "./platform/tracer.ts";
import { endpoints } from "./routes/index.ts";
import type { Bindings } from "./settings.ts";
import { runTasks } from "./task/run.ts";
import { onWake } from "./task/wake.ts";

const deps = { ...production, tracer: cloudflareTracer };
const app = createApp(endpoints, deps);

export { PasswordHasher } from "./platform/password-hasher.ts";

export class TaskAlarm extends Alarm {
  protected override work(bindings: Bindings, name: string | undefined) {
    return runTasks(bindings, deps, { span: name === "long" ? name : "brief" });
  }
}

/** For a typed client: `hc<App>("https://…")` of `hono/client`. */
export type App = typeof app;

export default {
  fetch: app.fetch,
  scheduled: async (_event, bindings) => {
    await runTasks(bindings, deps);
  },
  queue: (batch, bindings) => onWake(batch, bindings, deps),
} satisfies ExportedHandler<Bindings>;
