import type { MiddlewareHandler } from "hono";
import { bindingName, defenceOf } from "../context/bindings.ts";
import { inPatience } from "../context/patience.ts";
import { type Policy, type RateClass, rateClasses } from "../context/policy.ts";
import type { AppEnv, Variables } from "../context/types.ts";
import { limitReached } from "../errors.ts";
import { describeError } from "../log.ts";
import type { Bindings } from "../settings.ts";

/** Counts the calls of public endpoints: see {@link countCall}. */
export const limitRate: MiddlewareHandler<AppEnv> = async (c, next) => {
  await countCall(c.env, c.var);
  await next();
};

/**
 * Counts a call: a user in the endpoint's class, others at this endpoint alone, by their token or network. Throws
 * `too_many_requests`. A failing binding is logged, and the call goes on.
 */
export async function countCall(
  bindings: Bindings,
  { policy, client, log }: Pick<Variables, "policy" | "client" | "log">,
  by: { user?: string | undefined; token?: string | undefined } = {},
): Promise<void> {
  const rate = by.token === undefined ? policy?.rate : "token";
  if (!policy || !rate) return;
  const limiter = defenceOf(bindings, bindingName(rate));
  const caller = limiter && (by.user ?? strangerAt(policy, by.token ?? client.network));
  if (!limiter || caller === undefined) return;
  const isWithin = await inPatience(ask(limiter, caller)).catch((cause: unknown) => {
    const fields = { operation_id: policy.operationId, rate_class: rate };
    log({ level: "warn", message: "rate limit failed", ...fields, cause: describeError(cause) });
    return true;
  });
  if (!isWithin) throw limitReached("too_many_requests", rate, rateClasses[rate].period);
}

function strangerAt({ operationId }: Policy, from: string | null): string | undefined {
  return from === null ? undefined : `${operationId} ${from}`;
}

/** The `RateLimit-Policy` of a class, in the syntax of the IETF's draft-ietf-httpapi-ratelimit-headers. */
export function rateLimitPolicy(rate: RateClass): string {
  const { limit, period } = rateClasses[rate];
  return `"${rate}";q=${limit};w=${period}`;
}

async function ask(limiter: RateLimit, key: string): Promise<boolean> {
  const { success } = await limiter.limit({ key });
  return success !== false;
}
