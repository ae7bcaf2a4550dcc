import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context/types.ts";
import type { RouteOutline } from "../endpoint/route-outline.ts";
import { ApiError } from "../errors.ts";

/** For each path: passes the methods of its endpoints on, and refuses all others. */
export function methodsAt(
  outlines: readonly Pick<RouteOutline, "method" | "path">[],
): Map<string, MiddlewareHandler<AppEnv>> {
  const byPath = Map.groupBy(outlines, ({ path }) => path);
  return new Map(
    [...byPath].map(([path, group]) => {
      const methods = group.map(({ method }) => method);
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
