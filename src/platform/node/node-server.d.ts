/** The part of this library that is used here, without HTTP/2. */
declare module "@hono/node-server" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  export function getRequestListener(
    fetch: (
      request: Request,
      connection: { incoming: IncomingMessage; outgoing: ServerResponse },
    ) => Response | Promise<Response>,
    options: { hostname: string },
  ): (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;
}

declare module "@hono/node-server/serve-static" {
  import type { Context, MiddlewareHandler } from "hono";

  export function serveStatic(options: {
    root?: string;
    onFound?: (path: string, c: Context) => void;
  }): MiddlewareHandler;
}

declare module "@hono/node-server/utils/response" {
  export const RESPONSE_ALREADY_SENT: Response;
}
