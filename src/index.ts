import { createApp } from "./app.ts";
import { endpoints } from "./routes/index.ts";
import type { Bindings } from "./settings.ts";
import { ofTasks, workerDeps } from "./shape/base.ts";

export { PasswordHasher } from "./platform/password-hasher.ts";
export { TaskAlarm } from "./shape/base.ts";

const app = createApp(endpoints, workerDeps);

/** The type for `hc<App>("https://…")` of `hono/client` in this repository. Others take `Routes` from `@plinth/client/hono`. */
export type App = typeof app;

export default { fetch: app.fetch, ...ofTasks } satisfies ExportedHandler<Bindings>;
