import type { MiddlewareHandler } from "hono";
import { cors as honoCors } from "hono/cors";
import type { AppEnv } from "../context/types.ts";
import { responseHeaders } from "../http/headers.ts";
import { SettingsError } from "../settings.ts";

const allow = honoCors({
  origin: (origin) => origin,
  credentials: true,
  allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
  allowHeaders: ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "X-Request-Id"],
  exposeHeaders: [...responseHeaders, "Content-Disposition", "RateLimit-Policy", "Server-Timing", "X-Request-Id"],
  maxAge: 600,
});

/**
 * Lets pages of `ALLOWED_ORIGINS` call the API, errors included. For any other origin there is no CORS header at all,
 * and `OPTIONS` that is no preflight goes on to tell `Allow`.
 */
export const cors: MiddlewareHandler<AppEnv> = async (c, next) => {
  const origin = c.req.header("Origin");
  const configuration = c.get("configuration");
  const listed = !(configuration instanceof SettingsError) && configuration.ALLOWED_ORIGINS.includes(origin ?? "");
  const plainOptions = c.req.method === "OPTIONS" && !c.req.header("Access-Control-Request-Method");
  if (listed && !plainOptions) return allow(c, next);
  await next();
  c.res.headers.append("Vary", "Origin");
};
