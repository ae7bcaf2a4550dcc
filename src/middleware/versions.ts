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

/** True for a `post` that answers 201: it makes a row, where any other acts on one. */
export function isCreation({ method, responses }: { method: string; responses: { 201?: unknown } }): boolean {
  return method === "post" && responses[201] !== undefined;
}

/**
 * Puts the versions that a change is meant for on `c.var.versions`. With `mayDemand`, throws `precondition_required` if
 * the settings demand a version and the request has neither `If-Match` nor `If-None-Match: *`.
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
