import type { MiddlewareHandler } from "hono";
import { bodyLimit as honoBodyLimit } from "hono/body-limit";
import { ApiError, tooLarge } from "../errors.ts";

/** Refuses a larger body with 413 before it is parsed, by its `Content-Length` or while it streams. */
export function bodyLimit(maxBytes: number): MiddlewareHandler {
  const limit = honoBodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw tooLarge(maxBytes);
    },
  });
  return (c, next) => {
    let isRead = false;
    const goOn = () => {
      isRead = true;
      return next();
    };
    return limit(c, goOn).catch((thrown) => {
      if (isRead) throw thrown;
      return refuseBroken(thrown);
    });
  };
}

/** Reads and drops a body that an endpoint does not take, within this limit. */
export function dropBody(maxBytes: number): MiddlewareHandler {
  const limit = bodyLimit(maxBytes);
  return async (c, next) => {
    if (c.req.raw.body === null) return next();
    return limit(c, async () => {
      await c.req.arrayBuffer().catch(refuseBroken);
      await next();
    });
  };
}

/** Answers 400 for a body that breaks off: a client that hangs up is not a fault of the server. */
export function refuseBroken(thrown: unknown): never {
  if (thrown instanceof ApiError) throw thrown;
  throw new ApiError("bad_request", { detail: "The body was incomplete.", cause: thrown });
}
