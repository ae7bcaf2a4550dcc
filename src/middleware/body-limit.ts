import type { MiddlewareHandler } from "hono";
import { tooLarge } from "../errors.ts";
import { bounded, whole } from "./bounded-body.ts";

/**
 * Refuses a larger body with 413 before it is parsed: by its `Content-Length` or, without one, while it arrives, which may
 * take these seconds.
 */
export function bodyLimit(maxBytes: number, seconds: number): MiddlewareHandler {
  return async (c, next) => {
    const { raw } = c.req;
    const length = raw.headers.has("Transfer-Encoding") ? null : raw.headers.get("Content-Length");
    if (length !== null && Number.parseInt(length, 10) > maxBytes) throw tooLarge(maxBytes);
    if (length === null && raw.body) {
      const arriving = bounded(raw.body, { maxBytes, seconds });
      c.req.raw = new Request(raw, { body: await whole(new Response(arriving).arrayBuffer(), seconds) });
    }
    await next();
  };
}

/** Reads and drops a body that an endpoint does not take, within these bounds. */
export function dropBody(maxBytes: number, seconds: number): MiddlewareHandler {
  const limit = bodyLimit(maxBytes, seconds);
  return async (c, next) => {
    if (c.req.raw.body === null) return next();
    return limit(c, async () => {
      await whole(c.req.arrayBuffer(), seconds);
      await next();
    });
  };
}
