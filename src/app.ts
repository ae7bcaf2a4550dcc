import { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { carry } from "./context/provide.ts";
import type { AppEnv, Deps } from "./context/types.ts";
import { connect } from "./db/client.ts";
import { describeApi } from "./endpoint/document.ts";
import type { Endpoint } from "./endpoint/endpoint.ts";
import { refuseUnsound } from "./endpoint/rules.ts";
import { refuseInvalid } from "./endpoint/validation.ts";
import { ApiError, nothingHere, problem, toApiError } from "./errors.ts";
import { logToConsole, unfailing } from "./log.ts";
import { transportFor } from "./mail/transports.ts";
import { cacheControl } from "./middleware/cache-control.ts";
import { cors } from "./middleware/cors.ts";
import { rateLimitPolicy } from "./middleware/rate-limit-policy.ts";
import { requestId } from "./middleware/request-id.ts";
import { requestLog } from "./middleware/request-log.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { sendMails } from "./middleware/send-mails.ts";
import { serverTiming } from "./middleware/server-timing.ts";
import { startLog } from "./middleware/start-log.ts";
import { hasherOf } from "./platform/hashing.ts";
import type { Settings } from "./settings.ts";

/** The app's dependencies in production. */
export const production: Deps = {
  connect,
  hasher: hasherOf,
  transport: transportFor,
  now: () => new Date(),
  log: logToConsole,
};

/** Makes an app of all endpoints or any subset of them, with these dependencies or others. */
export function createApp<const Endpoints extends readonly Endpoint[]>(endpoints: Endpoints, deps: Deps = production) {
  refuseUnsound(endpoints);
  const app = new OpenAPIHono<AppEnv>({ strict: false, defaultHook: refuseInvalid });
  let document: string | undefined;
  const documentOnce = (settings: Settings) => {
    document ??= JSON.stringify(describeApi(app, settings));
    return document;
  };

  app.use(
    requestId,
    carry({ ...deps, log: unfailing(deps.log) }, documentOnce),
    startLog(),
    requestLog,
    serverTiming,
    rateLimitPolicy,
    securityHeaders,
    cacheControl,
    cors(endpoints),
    sendMails,
  );
  app.onError((error, c) => problem(c, toApiError(error), c.var.policy));
  app.notFound((c) => problem(c, nothingHere()));

  const paths = [...methodsByPath(endpoints)];
  // Fixed paths come before the endpoints, where `/{id}` would match them too; paths with parameters come after.
  for (const [path, methods] of paths.filter(([path]) => !path.includes(":"))) app.use(path, onlyThese(methods));
  const routed = app.openapiRoutes(endpoints);
  for (const [path, methods] of paths.filter(([path]) => path.includes(":"))) app.use(path, onlyThese(methods));
  return routed;
}

/** Passes these methods on, lists them for `OPTIONS`, and refuses all others. */
function onlyThese(methods: string[]): MiddlewareHandler<AppEnv> {
  const Allow = methods.join(", ");
  return async (c, next) => {
    const { method } = c.req;
    if (method === "OPTIONS") return c.body(null, 204, { Allow });
    if (!methods.includes(method)) throw new ApiError("method_not_allowed", { headers: { Allow } });
    return next();
  };
}

/** The methods of each path, as Hono spells it. */
function methodsByPath(endpoints: readonly Endpoint[]): Map<string, string[]> {
  const byPath = Map.groupBy(endpoints, ({ route }) => route.path.replaceAll(/\{(.+?)\}/g, ":$1"));
  return new Map(
    [...byPath].map(([path, group]) => {
      const methods = group.map(({ route }) => route.method.toUpperCase());
      return [path, [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"]];
    }),
  );
}
