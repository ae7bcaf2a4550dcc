import type { MiddlewareHandler } from "hono";
import type { CallerEnv } from "../context/types.ts";
import { explain } from "../errors.ts";

/** Logs one line for each request, with the path's pattern: the path itself can hold personal data. */
export const requestLog: MiddlewareHandler<CallerEnv> = async (c, next) => {
  const started = Date.now();
  await next();
  const { status } = c.res;
  const { log, policy, user, apiKeyId, trips, audit } = c.var;
  const explanation = c.error && explain(c.error);
  log({
    level: status >= 500 ? "error" : explanation?.cause ? "warn" : "info",
    message: "request",
    method: c.req.method,
    route: policy?.path,
    operation_id: policy?.operationId,
    status,
    duration_ms: Date.now() - started,
    db_round_trips: trips.count,
    db_ms: trips.milliseconds,
    user_id: user?.id,
    ...(apiKeyId && { api_key_id: apiKeyId }),
    ...(audit.recorded.length > 0 && { events: audit.recorded }),
    ...explanation,
  });
};
