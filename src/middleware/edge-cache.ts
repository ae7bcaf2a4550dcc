import type { RouteConfig } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv, UserEnv, Variables } from "../context/types.ts";
import { isAmong } from "../http/etag.ts";
import { headers } from "../http/headers.ts";
import { describeError } from "../log.ts";

/** Seconds for which an answer is kept, and for which caches beyond ours may show it on while they ask again. */
export type Caching = { seconds: number; staleSeconds: number };

/** What is kept of an answer: all else, such as the request's id, is each request's own. */
const kept = ["Content-Type", "ETag", "Link"];

/** When an answer was made, as what is kept says it: `Date` is not ours there. */
const madeAt = "X-Made-At";

/** The answers of a cached endpoint, with what {@link edgeCache} adds to them. */
export function cacheable(responses: RouteConfig["responses"]): RouteConfig["responses"] {
  const own = headers("Age", "ETag");
  const ok = responses[200];
  return {
    ...responses,
    ...(ok && !("$ref" in ok) && { 200: { ...ok, headers: { ...ok.headers, ...own } } }),
    304: { description: "Your copy is current", headers: own },
  };
}

/**
 * Serves an endpoint's 200 from the cache of this data centre (Workers' Cache API), and keeps it there. The endpoint sees a
 * request without credentials and with the parameters it knows, `names`, in one order: who asks, and how they spell it, can
 * change neither an answer nor what it is kept under. Anything but a 200 is nobody's to keep. The `ETag` is the answer's
 * digest: a version would tell strangers of changes that they cannot see. Evaluates `If-None-Match`.
 */
export function edgeCache({ seconds, staleSeconds }: Caching, names: readonly string[]): MiddlewareHandler<AppEnv> {
  const cacheControl = `public, max-age=0, s-maxage=${seconds}, stale-while-revalidate=${staleSeconds}`;
  return async (c, next) => {
    const known = c.req.header("If-None-Match");
    const url = keyOf(c, names);
    c.req.raw = new Request(url, { method: c.req.method });
    const isKnown = (headers: Headers) => known !== undefined && isAmong(known, headers.get("ETag") ?? "");
    const context = c.var;
    const hit = await attempt(context, () => caches.default.match(url));
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
    c.executionCtx.waitUntil(attempt(context, () => caches.default.put(url, copy)));
    c.header("Age", "0");
    c.header("Cache-Control", cacheControl);
    if (isKnown(c.res.headers)) {
      c.res = new Response(null, { status: 304, headers: c.res.headers });
      for (const name of ["Content-Type", "Link"]) c.res.headers.delete(name);
    }
    return undefined;
  };
}

/** Once the answer is out: lets go of what this data centre keeps at these paths. */
export function forget(c: Context<UserEnv>, ...paths: string[]): void {
  const all = paths.map((path) => attempt(c.var, () => caches.default.delete(new URL(path, c.req.url))));
  c.executionCtx.waitUntil(Promise.all(all));
}

/** The URL of this request in its one spelling. */
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

/** A UUID has two spellings. */
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

/** A cache that fails is as good as none. */
async function attempt<T>(
  { log, requestId }: Pick<Variables, "log" | "requestId">,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (cause) {
    log({ level: "warn", message: "edge cache failed", request_id: requestId, cause: describeError(cause) });
    return undefined;
  }
}
