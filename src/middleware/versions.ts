import type { RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { UserEnv } from "../context/types.ts";
import { ApiError } from "../errors.ts";
import { notModified, versionsOf } from "../http/etag.ts";
import { headers } from "../http/headers.ts";

/** The answers of a versioned endpoint: each that shows the row has its `ETag`, and a read may be known already. */
export function versionedAnswers(responses: RouteConfig["responses"], isRead: boolean): RouteConfig["responses"] {
  const tagged = Object.entries(responses).map(([status, response]) => {
    if ("$ref" in response || !response.content) return [status, response];
    return [status, { ...response, headers: { ...response.headers, ...headers("ETag") } }];
  });
  return { ...Object.fromEntries(tagged), ...(isRead && { 304: notModified }) };
}

/**
 * Puts the versions that a change is meant for on `c.var.versions`: the handler runs behind them. Throws
 * `precondition_required` where the settings insist that a change names one.
 */
export const expectVersions: MiddlewareHandler<UserEnv> = async (c, next) => {
  const versions = versionsOf(c.req.raw.headers);
  if (c.var.settings.REQUIRE_IF_MATCH && c.req.header("If-Match") === undefined) {
    throw new ApiError("precondition_required");
  }
  c.set("versions", versions);
  await next();
};
