import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

const set = secureHeaders({
  strictTransportSecurity: "max-age=31536000; includeSubDomains",
  crossOriginResourcePolicy: "cross-origin",
  referrerPolicy: "no-referrer",
  xFrameOptions: "DENY",
});

/** What an API owes a browser. A page sets its own policy; for everything else nothing may load or frame it. */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await set(c, next);
  if (!c.res.headers.has("Content-Security-Policy")) {
    c.res.headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  }
};
