import type { MiddlewareHandler } from "hono";
import { ApiError } from "../errors.ts";

/** Methods that change or remove what the path names. */
const exact: readonly string[] = ["PUT", "PATCH", "DELETE"];

/** Whether a trailing slash, which the router forgives, is no part of the path for this method. */
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
