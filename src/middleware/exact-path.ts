import type { MiddlewareHandler } from "hono";
import { ApiError } from "../errors.ts";

/** Methods that change or remove what the path names. */
const exact: readonly string[] = ["PUT", "PATCH", "DELETE"];

/** Whether this method refuses the trailing slash that the router forgives. */
export function forgivesSlash(method: string): boolean {
  return !exact.includes(method.toUpperCase());
}

/** 404 for a trailing slash: with an empty parameter, `DELETE /things/{id}` would mean all things. */
export const exactPath: MiddlewareHandler = async (c, next) => {
  if (new URL(c.req.url).pathname.endsWith("/")) {
    throw new ApiError("not_found", { detail: "There is nothing at this path: it ends in a slash." });
  }
  await next();
};
