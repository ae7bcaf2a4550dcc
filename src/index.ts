import { createApp, production } from "./app.ts";
import { jobs } from "./jobs/index.ts";
import { endpoints } from "./routes/index.ts";
import { runJobs } from "./scheduled.ts";
import type { Bindings } from "./settings.ts";

const app = createApp(endpoints);

export { PasswordHasher } from "./hasher.ts";

/** For a typed client: `hc<App>("https://…")` of `hono/client`. */
export type App = typeof app;

export default {
  fetch: app.fetch,
  scheduled: (_event, bindings) => runJobs(jobs, bindings, production),
} satisfies ExportedHandler<Bindings>;
