import { createApp } from "./app.ts";
import { endpoints } from "./routes/index.ts";
import type { Bindings } from "./settings.ts";
import { deps, ofTasks } from "./shape/base.ts";

export { PasswordHasher } from "./platform/password-hasher.ts";
export { TaskAlarm } from "./shape/base.ts";

const app = createApp(endpoints, deps);

/** For `hc<App>("https://…")` of `hono/client` beside this source; others take `Routes` of `@plinth/client/hono`. */
export type App = typeof app;

export default { fetch: app.fetch, ...ofTasks } satisfies ExportedHandler<Bindings>;
