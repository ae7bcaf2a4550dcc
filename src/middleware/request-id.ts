import { requestId as honoRequestId } from "hono/request-id";

/** Takes over the caller's `X-Request-Id` where it is short and plain, makes one otherwise, and answers with it. */
export const requestId = honoRequestId({ limitLength: 64 });
