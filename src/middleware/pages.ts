import type { RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { IdentifiedEnv, Page, PagedEnv } from "../context/types.ts";
import { headers } from "../http/headers.ts";
import { linkNext } from "../http/link.ts";
import { pageRequest, scopeOf, toPage } from "../services/pages.ts";

/** Adds `Link` to the page. */
export function linkedAnswers(responses: RouteConfig["responses"]): RouteConfig["responses"] {
  const ok = responses[200];
  if (!ok || "$ref" in ok) return responses;
  return { ...responses, 200: { ...ok, headers: { ...ok.headers, ...headers("Link") } } };
}

/** Gives a list `c.var.page`, and links the next page. A cursor is valid for its endpoint, path, caller and filters only. */
export const pages: MiddlewareHandler<IdentifiedEnv & PagedEnv> = (c, next) => {
  const { keys, policy, callerId } = c.var;
  const page: Page = async (query, find) => {
    const list = {
      keys: keys.cursor,
      scope: scopeOf(`${policy?.operationId} ${callerId} ${JSON.stringify(c.req.param())}`, query),
    };
    const found = await find(await pageRequest(list, query));
    const { rows, end } = Array.isArray(found) ? { rows: found } : found;
    const made = await toPage(list, rows, query.limit, end);
    linkNext(c, made.next_cursor);
    return made;
  };
  c.set("page", page);
  return next();
};
