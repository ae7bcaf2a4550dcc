import { requestId as honoRequestId } from "hono/request-id";

/** Adopts the caller's `X-Request-Id` if it is short and plain, makes one otherwise, and sends it back. */
export const requestId = honoRequestId({ limitLength: 64 });
