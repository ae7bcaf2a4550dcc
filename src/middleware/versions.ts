import type { RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { UserEnv } from "../context/types.ts";
import { ApiError } from "../errors.ts";
import { notModified, versionsOf } from "../http/etag.ts";
import { headers } from "../http/headers.ts";
import { fieldError } from "../schemas/field-errors.ts";

/** Adds `ETag` to each answer that shows the row, and 304 to a read. */
export function versionedAnswers(responses: RouteConfig["responses"], isRead: boolean): RouteConfig["responses"] {
  const tagged = Object.entries(responses).map(([status, response]) => {
    if ("$ref" in response || !response.content) return [status, response];
    return [status, { ...response, headers: { ...response.headers, ...headers("ETag") } }];
  });
  return { ...Object.fromEntries(tagged), ...(isRead && { 304: notModified }) };
}

/**
 * Puts the versions that a change is meant for on `c.var.versions`. If it `mayDemand` one, it throws
 * `precondition_required` if the settings do and the request names none, and does not say by `If-None-Match: *` that there
 * is none.
 */
export function expectVersions({ mayDemand }: { mayDemand: boolean }): MiddlewareHandler<UserEnv> {
  return async (c, next) => {
    const versions = versionsOf(c.req.raw.headers);
    const isNamed = versions?.only !== undefined || versions?.not === "any";
    if (mayDemand && c.var.settings.REQUIRE_IF_MATCH && !isNamed) {
      throw new ApiError("precondition_required", {
        errors: [fieldError(["header", "If-Match"], "precondition_required")],
      });
    }
    c.set("versions", versions);
    await next();
  };
}
