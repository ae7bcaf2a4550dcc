import type { RouteConfig } from "@hono/zod-openapi";

/** The facts of an endpoint that others must know, in plain data: its place, and the request headers that it reads. */
export type RouteOutline = { method: string; path: string; headers: readonly string[] };

/** The outline of an endpoint, whose path is spelt as by Hono. */
export function routeOutlineOf({ route }: { route: RouteConfig }): RouteOutline {
  return { method: route.method.toUpperCase(), path: honoPath(route.path), headers: headersOf(route) };
}

/** A path as Hono spells it: `/items/:id`. */
function honoPath(path: string): string {
  return path.replaceAll(/\{(.+?)\}/g, ":$1");
}

/** The request headers of a contract, validated or only documented. */
function headersOf({ parameters = [], request }: RouteConfig): string[] {
  const validated = request?.headers && "shape" in request.headers ? Object.keys(request.headers.shape) : [];
  const shown = parameters.flatMap((one) => ("in" in one && one.in === "header" ? [one.name] : []));
  return [...validated, ...shown];
}
