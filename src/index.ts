import { createApp, production } from "./app.ts";
import { jobs } from "./jobs/index.ts";
import { runJobs } from "./jobs/run.ts";
import { endpoints } from "./routes/index.ts";
import type { Bindings } from "./settings.ts";

const app = createApp(endpoints);

export { PasswordHasher } from "./platform/password-hasher.ts";

/** For a typed client: `hc<App>("https://…")` of `hono/client`. */
export type App = typeof app;

export default {
  fetch: app.fetch,
  scheduled: (_event, bindings) => runJobs(jobs, bindings, production),
} satisfies ExportedHandler<Bindings>;
