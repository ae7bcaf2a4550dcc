import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

const set = secureHeaders({
  strictTransportSecurity: "max-age=31536000; includeSubDomains",
  crossOriginResourcePolicy: "cross-origin",
  referrerPolicy: "no-referrer",
  xFrameOptions: "DENY",
});

/**
 * Sets a browser's security headers. A page brings its own policy; anything else may load nothing and not be framed.
 */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await set(c, next);
  if (!c.res.headers.has("Content-Security-Policy")) {
    c.res.headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  }
};
