import type { MiddlewareHandler } from "hono";
import { invalid } from "../errors.ts";
import { fieldError } from "../schemas/field-errors.ts";

/** 422 for a query parameter that an endpoint does not declare: a misspelt filter would show everything. */
export function refuseUnknownQuery(names: readonly string[]): MiddlewareHandler {
  return (c, next) => {
    const start = c.req.url.indexOf("?");
    if (start < 0) return next();
    const given = new Set(new URLSearchParams(c.req.url.slice(start)).keys());
    const unknown = [...given].filter((name) => !names.includes(name));
    const errors = unknown.map((name) => fieldError(["query", name], "extra_forbidden"));
    if (errors.length > 0) throw invalid("validation_failed", errors);
    return next();
  };
}
