import type { MiddlewareHandler } from "hono";
import { orNothing } from "../context/patience.ts";
import type { Policy } from "../context/policy.ts";
import type { AppEnv, EvictingEnv } from "../context/types.ts";
import { type Caching, keptPath } from "./edge-cache.ts";

/** An endpoint whose answers are kept. */
export type Keeping = { readonly policy: Policy; readonly contract: { readonly cached?: Caching } };

/**
 * Evicts answers of these endpoints from this data centre's cache, once a change has succeeded: those of the rows that
 * the handler names by `c.var.evictFor`, or of the parameters in its own path.
 */
export function evictions(endpoints: readonly Keeping[]): MiddlewareHandler<AppEnv & EvictingEnv> {
  const paths = endpoints.map(({ policy }) => policy.path);
  return async (c, next) => {
    const { answers, log } = c.var;
    const own = c.req.param();
    let changed: readonly Readonly<Record<string, unknown>>[] = [own];
    c.set("evictFor", (rows) => {
      changed = rows;
    });
    await next();
    if (c.res.status >= 400) return;
    const kept = changed.flatMap((row) => paths.map((path) => keptPath(path, { ...own, ...row })));
    const urls = [...new Set(kept)].map((path) => new URL(path, c.req.url).href);
    c.executionCtx.waitUntil(Promise.all(urls.map((url) => orNothing(log, "edge", () => answers.delete(url)))));
  };
}
