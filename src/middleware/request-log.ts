import type { MiddlewareHandler } from "hono";
import type { UserEnv } from "../context/types.ts";
import { explain } from "../errors.ts";

/** Logs one line for each request, with the path's pattern: the path itself can hold personal data. */
export const requestLog: MiddlewareHandler<UserEnv> = async (c, next) => {
  const started = Date.now();
  await next();
  const { status } = c.res;
  const { log, policy, user, trips, audit } = c.var;
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
    ...(audit.recorded.length > 0 && { events: audit.recorded }),
    ...explanation,
  });
};
