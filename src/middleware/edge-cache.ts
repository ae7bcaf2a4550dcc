import type { RouteConfig } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { orNothing } from "../context/in-time.ts";
import type { AppEnv, CallerEnv } from "../context/types.ts";
import { isAmong } from "../http/etag.ts";
import { headers } from "../http/headers.ts";

/**
 * Seconds that an answer stays fresh, and further seconds for which other caches may serve it stale. With 0 the edge keeps
 * nothing, and a client asks each time whether its copy is current.
 */
export type Caching = { seconds: number; staleSeconds: number };

/** The headers kept with an answer. All others, such as the request id, belong to each request. */
const kept = ["Content-Type", "ETag", "Link"];

/** Records when a kept answer was made: the cache overwrites `Date`. */
const madeAt = "X-Made-At";

/** Adds the headers and the 304 of {@link edgeCache} to an endpoint's answers. */
export function cacheable(responses: RouteConfig["responses"]): RouteConfig["responses"] {
  const own = headers("Age", "ETag", "Cache-Control");
  const ok = responses[200];
  return {
    ...responses,
    ...(ok && !("$ref" in ok) && { 200: { ...ok, headers: { ...ok.headers, ...own } } }),
    304: { description: "Not modified: your copy is current", headers: own },
  };
}

/**
 * Serves an endpoint's 200 from this data centre's cache, without credentials and undeclared parameters, so that no
 * caller can vary an answer or its key. The `ETag` is a digest: a version would reveal hidden changes.
 */
export function edgeCache({ seconds, staleSeconds }: Caching, names: readonly string[]): MiddlewareHandler<AppEnv> {
  const cacheControl = `public, max-age=0, s-maxage=${seconds}, stale-while-revalidate=${staleSeconds}`;
  return async (c, next) => {
    const known = c.req.header("If-None-Match");
    const url = keyOf(c, names);
    c.req.raw = new Request(url, { method: c.req.method });
    const isKnown = (headers: Headers) => known !== undefined && isAmong(known, headers.get("ETag") ?? "");
    const context = c.var;
    const hit = seconds > 0 && (await orNothing(context.log, "edge", () => context.answers.match(url)));
    context.facts.cache = hit ? "hit" : "miss";
    if (hit) {
      const headers = { Age: ageOf(hit, context.now()), "Cache-Control": cacheControl };
      if (isKnown(hit.headers)) return c.body(null, 304, { ...headers, ETag: hit.headers.get("ETag") ?? "" });
      return c.body(hit.body ?? "", 200, { ...picked(hit.headers), ...headers });
    }
    await next();
    if (c.res.status !== 200) return undefined;
    const text = await c.res.clone().text();
    c.header("ETag", await etagOf(text));
    const headers = { ...picked(c.res.headers), [madeAt]: context.now().toISOString() };
    const copy = new Response(text, { headers: { ...headers, "Cache-Control": `public, max-age=${seconds}` } });
    if (seconds > 0) c.executionCtx.waitUntil(orNothing(context.log, "edge", () => context.answers.put(url, copy)));
    c.header("Age", "0");
    c.header("Cache-Control", cacheControl);
    if (isKnown(c.res.headers)) {
      c.res = new Response(null, { status: 304, headers: c.res.headers });
      for (const name of ["Content-Type", "Link"]) c.res.headers.delete(name);
    }
    return undefined;
  };
}

/** Evicts these paths from this data centre's cache, after the response. */
export function forget<Env extends CallerEnv>(c: Context<Env>, ...paths: string[]): void {
  const { answers, log } = c.var;
  const urls = paths.map((path) => new URL(path, c.req.url).href);
  const all = urls.map((url) => orNothing(log, "edge", () => answers.delete(url)));
  c.executionCtx.waitUntil(Promise.all(all));
}

/** The canonical URL of this request. */
function keyOf(c: Context<AppEnv>, names: readonly string[]): string {
  const { origin, searchParams } = new URL(c.req.url);
  const path = c.var.policy?.path.replaceAll(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(canonical(c.req.param(name))),
  );
  const url = new URL(path ?? c.req.path, origin);
  for (const name of names.toSorted()) {
    for (const value of searchParams.getAll(name)) url.searchParams.append(name, value);
  }
  return url.href;
}

/** A UUID can be spelt in either letter case. */
function canonical(value = ""): string {
  return /^[0-9a-f-]{36}$/i.test(value) ? value.toLowerCase() : value;
}

function picked(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    kept.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

function ageOf({ headers }: Response, now: Date): string {
  const made = Date.parse(headers.get(madeAt) ?? "");
  return String(Math.max(0, Math.floor((now.getTime() - made) / 1_000) || 0));
}

async function etagOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `"${Buffer.from(digest).subarray(0, 16).toString("base64url")}"`;
}
