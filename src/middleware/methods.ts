import type { RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context/types.ts";
import { ApiError } from "../errors.ts";

/** For each path, as Hono spells it: passes the methods of its endpoints on, and refuses all others. */
export function methodsAt(
  endpoints: readonly { route: Pick<RouteConfig, "method" | "path"> }[],
): Map<string, MiddlewareHandler<AppEnv>> {
  const byPath = Map.groupBy(endpoints, ({ route }) => route.path.replaceAll(/\{(.+?)\}/g, ":$1"));
  return new Map(
    [...byPath].map(([path, group]) => {
      const methods = group.map(({ route }) => route.method.toUpperCase());
      return [path, onlyThese([...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"])];
    }),
  );
}

/** Passes these methods on, lists them for `OPTIONS`, and refuses all others. */
function onlyThese(methods: string[]): MiddlewareHandler<AppEnv> {
  const Allow = methods.join(", ");
  return async (c, next) => {
    const { method } = c.req;
    if (method === "OPTIONS") return c.body(null, 204, { Allow });
    if (!methods.includes(method)) throw new ApiError("method_not_allowed", { headers: { Allow } });
    return next();
  };
}
