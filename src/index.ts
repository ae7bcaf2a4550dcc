import { createApp } from "./app.ts";
import { endpoints } from "./routes/index.ts";

const app = createApp(endpoints);

/** For a typed client: `hc<App>("https://…")` of `hono/client`. */
export type App = typeof app;

export default { fetch: app.fetch } satisfies ExportedHandler<Record<string, unknown>>;
