import type { MiddlewareHandler } from "hono";
import { bodyLimit as honoBodyLimit } from "hono/body-limit";
import { ApiError } from "../errors.ts";

const limit = honoBodyLimit({
  maxSize: 1_048_576,
  onError: () => {
    throw new ApiError("payload_too_large");
  },
});

/** 413 for a body above 1 MiB, whether announced by `Content-Length` or sent in chunks, before anything parses it. */
export const bodyLimit: MiddlewareHandler = (c, next) => {
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

/** 400 for a body that could not be read to its end: a client that hangs up is no fault of ours. */
export function refuseBroken(thrown: unknown): never {
  if (thrown instanceof ApiError) throw thrown;
  throw new ApiError("bad_request", { detail: "The body did not arrive as a whole.", cause: thrown });
}
