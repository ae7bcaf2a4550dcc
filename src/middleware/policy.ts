import type { MiddlewareHandler } from "hono";
import type { Policy } from "../context/policy.ts";
import type { AppEnv } from "../context/types.ts";

/** Tells all other stages the policy of the endpoint that matched. */
export function tellPolicy(policy: Policy): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    c.set("policy", policy);
    return next();
  };
}
