import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context/types.ts";
import { adoptedId } from "../http/request-id.ts";

/** Names the request by the caller's `X-Request-Id` or a new one. The answer's headers tell it. */
export const requestId: MiddlewareHandler<AppEnv> = (c, next) => {
  c.set("requestId", adoptedId(c.req.header("X-Request-Id")));
  return next();
};
