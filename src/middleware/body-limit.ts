import { bodyLimit as honoBodyLimit } from "hono/body-limit";
import { ApiError } from "../errors.ts";

/** 413 for a body above 1 MiB, whether announced by `Content-Length` or sent in chunks, before anything parses it. */
export const bodyLimit = honoBodyLimit({
  maxSize: 1_048_576,
  onError: () => {
    throw new ApiError("payload_too_large");
  },
});
