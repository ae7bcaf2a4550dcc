import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context/types.ts";
import { policyOf } from "./rate-limit.ts";

/** Tells what the endpoint's rate class allows; what is left of it the platform does not tell. */
export const rateLimitPolicy: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const policy = c.get("policy");
  if (policy) c.res.headers.append("RateLimit-Policy", policyOf(policy.rate));
};
