import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context/types.ts";
import { policyOf } from "./rate-limit.ts";

/** Sends `RateLimit-Policy`; the platform does not report the remainder. */
export const rateLimitPolicy: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const policy = c.get("policy");
  if (policy) c.res.headers.append("RateLimit-Policy", policyOf(policy.rate));
};
