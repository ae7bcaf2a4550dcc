import type { MiddlewareHandler } from "hono";

/** Forbids intermediaries to store an answer, unless its endpoint allows it. */
export const cacheControl: MiddlewareHandler = async (c, next) => {
  await next();
  if (!c.res.headers.has("Cache-Control")) c.res.headers.set("Cache-Control", "no-store");
};
