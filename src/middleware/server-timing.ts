import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";

/** Tells what the request spent on the database, for the browser's network panel and for tests. */
export const serverTiming: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { count, milliseconds } = c.var.trips;
  c.res.headers.set("Server-Timing", `db;dur=${milliseconds};desc="round trips: ${count}"`);
};
