import type { MiddlewareHandler } from "hono";
import { ApiError } from "../errors.ts";

/** The methods that act on the resource of the path. */
const exact: readonly string[] = ["PUT", "PATCH", "DELETE"];

/** True if the method also accepts the trailing slash that the router ignores. */
export function forgivesSlash(method: string): boolean {
  return !exact.includes(method.toUpperCase());
}

/** Answers 404 for a trailing slash: with an empty parameter, `DELETE /things/{id}` would mean all things. */
export const exactPath: MiddlewareHandler = async (c, next) => {
  if (new URL(c.req.url).pathname.endsWith("/")) {
    throw new ApiError("not_found", { detail: "There is nothing at this path: it ends in a slash." });
  }
  await next();
};
