import type { MiddlewareHandler } from "hono";

/** Nothing is stored on the way unless its endpoint says that it may be. */
export const cacheControl: MiddlewareHandler = async (c, next) => {
  await next();
  if (!c.res.headers.has("Cache-Control")) c.res.headers.set("Cache-Control", "no-store");
};
