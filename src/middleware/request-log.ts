import type { MiddlewareHandler } from "hono";
import type { CallerEnv } from "../context/types.ts";
import { ApiError, explain } from "../errors.ts";

/**
 * Logs one line for each request, with the path's pattern: the path itself can hold personal data. Those that found no place
 * share a line, with their number.
 */
export const requestLog: MiddlewareHandler<CallerEnv> = async (c, next) => {
  const started = Date.now();
  await next();
  const { status } = c.res;
  const { log, policy, user, apiKeyId, trips, audit, places } = c.var;
  if (c.error instanceof ApiError && c.error.code === "overloaded") {
    const refused = places.refusalsToTell();
    if (refused !== undefined) log({ level: "warn", message: "overloaded", refused });
    return;
  }
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
    db_tried_again: trips.again,
    user_id: user?.id,
    ...(apiKeyId && { api_key_id: apiKeyId }),
    ...(audit.recorded.length > 0 && { events: audit.recorded }),
    ...explanation,
  });
};
