import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context/types.ts";
import { policyOf } from "./rate-limit.ts";

/** Sends `RateLimit-Policy` for each class that can count the call; the platform does not report the remainder. */
export const rateLimitPolicy: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const policy = c.get("policy");
  if (policy?.carries) c.res.headers.append("RateLimit-Policy", policyOf("token"));
  if (policy?.rate) c.res.headers.append("RateLimit-Policy", policyOf(policy.rate));
};
