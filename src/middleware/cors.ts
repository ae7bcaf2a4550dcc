import type { MiddlewareHandler } from "hono";
import { cors as honoCors } from "hono/cors";
import type { AppEnv } from "../context/types.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { responseHeaders } from "../http/headers.ts";
import { type Settings, SettingsError } from "../settings.ts";

/** Read of every request, whatever its endpoint. */
const always = ["Authorization", "Content-Type", "X-Request-Id"];

/**
 * Lets pages of `ALLOWED_ORIGINS` call these endpoints, by each method and with each header that one of them declares, and
 * with those of `ALLOWED_HEADERS`; errors included. For any other origin there is no CORS header at all, and `OPTIONS` that
 * is no preflight goes on to tell `Allow`.
 */
export function cors(endpoints: readonly Pick<Endpoint, "route">[]): MiddlewareHandler<AppEnv> {
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
      exposeHeaders: [...exposable, "RateLimit-Policy", "Server-Timing", "X-Request-Id"],
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

/** What a page can read once it is exposed: a cookie never is, and `Cache-Control` always. */
const exposable = responseHeaders.filter((name) => !["Cache-Control", "Set-Cookie", "Vary"].includes(name));

/** The request headers of a contract: those that it validates, and those that the document shows. */
function headersOf({ route: { parameters = [], request } }: Pick<Endpoint, "route">): string[] {
  const validated = request?.headers && "shape" in request.headers ? Object.keys(request.headers.shape) : [];
  const shown = parameters.flatMap((one) => ("in" in one && one.in === "header" ? [one.name] : []));
  return [...validated, ...shown];
}
