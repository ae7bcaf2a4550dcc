import type { MiddlewareHandler } from "hono";
import { isSignedIn } from "../context/policy.ts";
import type { AppEnv } from "../context/types.ts";

/** Reports the time spent on the database, for the browser's network panel and for tests. */
export const serverTiming: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const [policy, trips] = [c.get("policy"), c.get("trips")];
  // Omits the time for strangers: it could reveal more than the answer does.
  const duration = policy && isSignedIn(policy.access) ? `dur=${trips.milliseconds};` : "";
  c.res.headers.set("Server-Timing", `db;${duration}desc="round trips: ${trips.count}"`);
};
