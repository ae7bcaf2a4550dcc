import type { MiddlewareHandler } from "hono";
import { ApiError } from "../errors.ts";

/** 415 unless the body is of one of these media types; parameters such as `charset` do not count. */
export function requireContentType(mediaTypes: readonly string[]): MiddlewareHandler {
  const detail = `Send the body as ${mediaTypes.join(" or ")}.`;
  return async (c, next) => {
    const essence = c.req.header("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase();
    if (essence === undefined || !mediaTypes.includes(essence)) {
      throw new ApiError("unsupported_media_type", { detail });
    }
    await next();
  };
}
