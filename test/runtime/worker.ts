/** The runtime under test: Cloudflare's, by its own server. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createApp, defaultDeps } from "../../src/app.ts";
import { endpoints } from "../../src/routes/index.ts";
import type { Bindings } from "../../src/settings.ts";
import { secretsFor } from "../signed.ts";

/** Without the alarm, which would run tasks in the middle of another test. */
export const bindings: Bindings = { ...secretsFor(endpoints), ...env, TASK_ALARM: undefined };

export const deps = defaultDeps;

export type App = { fetch(request: Request, own: Bindings, ctx: ExecutionContext): Response | Promise<Response> };

/** Makes an app of endpoints, as this runtime serves them. */
export const appUnderTest: (...given: Parameters<typeof createApp>) => App = createApp;

/** Has an app answer a request, and waits for all that it does afterwards. */
export async function answerOf(app: App, request: Request, own: Bindings): Promise<Response> {
  const ctx = createExecutionContext();
  const response = await app.fetch(request, own, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}
