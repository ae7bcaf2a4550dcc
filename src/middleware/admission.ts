import type { MiddlewareHandler } from "hono";
import type { WorkKind } from "../context/policy.ts";
import type { AppEnv } from "../context/types.ts";
import { ApiError } from "../errors.ts";

/** Takes a place until the answer is there. The rest of a stream that goes on is read at the client's pace. */
export function takePlace(work: WorkKind): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { places, settings, trips } = c.var;
    const place = places.take(work, settings, trips);
    try {
      await next();
    } finally {
      const perTrip = trips.count > 0 ? trips.milliseconds / trips.count : undefined;
      const isUnavailable = c.error instanceof ApiError && c.error.code === "database_unavailable";
      places.leave(place, { perTrip, areAnswered: !isUnavailable && trips.again === undefined }, settings);
    }
  };
}
