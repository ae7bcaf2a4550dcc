import type { MiddlewareHandler } from "hono";
import { cors as honoCors } from "hono/cors";
import type { AppEnv } from "../context/types.ts";
import type { RouteOutline } from "../endpoint/route-outline.ts";
import { readableBy } from "../http/cross-origin.ts";
import { responseHeaders } from "../http/headers.ts";
import { type Settings, SettingsError } from "../settings.ts";

/** Accepted by every endpoint. */
const always = ["Authorization", "Content-Type", "X-Request-Id"];

/**
 * Lets pages of `ALLOWED_ORIGINS` call these endpoints and read their errors, with the methods and headers they declare
 * and those of `ALLOWED_HEADERS`. Other origins get no CORS header; `OPTIONS` without a preflight goes on to `Allow`.
 */
export function cors(outlines: readonly RouteOutline[]): MiddlewareHandler<AppEnv> {
  const methods = [...new Set(outlines.map(({ method }) => method)), "HEAD"];
  const headers = [...new Set([...always, ...outlines.flatMap(({ headers }) => headers)])];
  const preflights = new WeakMap<Settings, MiddlewareHandler>();
  const preflight = (settings: Settings) => {
    const known = preflights.get(settings);
    if (known) return known;
    const made = honoCors({
      origin: (origin) => origin,
      credentials: true,
      allowMethods: methods,
      allowHeaders: [...headers, ...settings.ALLOWED_HEADERS],
      exposeHeaders: [...exposed],
      maxAge: 600,
    });
    preflights.set(settings, made);
    return made;
  };

  return async (c, next) => {
    const origin = c.req.header("Origin");
    const configuration = c.get("configuration");
    const isListed =
      origin !== undefined &&
      !(configuration instanceof SettingsError) &&
      configuration.ALLOWED_ORIGINS.includes(origin);
    if (isListed && c.req.method === "OPTIONS" && c.req.header("Access-Control-Request-Method")) {
      return preflight(configuration)(c, next);
    }
    await next();
    // Sets them once the answer is made: Hono would make it three times for headers that are set before.
    const { headers } = c.res;
    if (isListed) for (const [name, value] of readableBy(origin, exposed)) headers.set(name, value);
    headers.append("Vary", "Origin");
  };
}

/** Headers that a page may read if they are exposed: cookies never are, `Cache-Control` and `Pragma` always are. */
const exposable = responseHeaders.filter((name) => !["Cache-Control", "Pragma", "Set-Cookie", "Vary"].includes(name));

/** The headers that a page of a listed origin may read. */
export const exposed: readonly string[] = [...exposable, "Server-Timing"];
