import type { RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { cors as honoCors } from "hono/cors";
import type { AppEnv } from "../context/types.ts";
import { responseHeaders } from "../http/headers.ts";
import { type Settings, SettingsError } from "../settings.ts";

/** Accepted by every endpoint. */
const always = ["Authorization", "Content-Type", "X-Request-Id"];

/**
 * Lets pages of `ALLOWED_ORIGINS` call these endpoints and read their errors, with the methods and headers they declare
 * and those of `ALLOWED_HEADERS`. Other origins get no CORS header; `OPTIONS` without a preflight goes on to `Allow`.
 */
export function cors(endpoints: readonly { route: RouteConfig }[]): MiddlewareHandler<AppEnv> {
  const methods = [...new Set(endpoints.map(({ route }) => route.method.toUpperCase())), "HEAD"];
  const headers = [...new Set([...always, ...endpoints.flatMap(headersOf)])];
  const allowing = new WeakMap<Settings, MiddlewareHandler>();
  const allow = (settings: Settings) => {
    const known = allowing.get(settings);
    if (known) return known;
    const made = honoCors({
      origin: (origin) => origin,
      credentials: true,
      allowMethods: methods,
      allowHeaders: [...headers, ...settings.ALLOWED_HEADERS],
      exposeHeaders: [...exposable, "Server-Timing"],
      maxAge: 600,
    });
    allowing.set(settings, made);
    return made;
  };

  return async (c, next) => {
    const origin = c.req.header("Origin");
    const configuration = c.get("configuration");
    const listed = !(configuration instanceof SettingsError) && configuration.ALLOWED_ORIGINS.includes(origin ?? "");
    const plainOptions = c.req.method === "OPTIONS" && !c.req.header("Access-Control-Request-Method");
    if (listed && !plainOptions) return allow(configuration)(c, next);
    await next();
    c.res.headers.append("Vary", "Origin");
  };
}

/** Headers that a page may read if they are exposed: cookies never are, `Cache-Control` and `Pragma` always are. */
const exposable = responseHeaders.filter((name) => !["Cache-Control", "Pragma", "Set-Cookie", "Vary"].includes(name));

/** The request headers of a contract, validated or only documented. */
function headersOf({ route: { parameters = [], request } }: { route: RouteConfig }): string[] {
  const validated = request?.headers && "shape" in request.headers ? Object.keys(request.headers.shape) : [];
  const shown = parameters.flatMap((one) => ("in" in one && one.in === "header" ? [one.name] : []));
  return [...validated, ...shown];
}
