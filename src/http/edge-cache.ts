import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv, UserEnv, Variables } from "../context.ts";
import { describeError } from "../log.ts";
import { isAmong } from "./etag.ts";

/** Seconds for which an answer is kept, and for which caches beyond ours may show it on while they ask again. */
export type Caching = { seconds: number; staleSeconds: number };

/** What is kept of an answer: all else, such as the request's id, is each request's own. */
const kept = ["Content-Type", "ETag", "Link"];

/**
 * Serves an endpoint's 200 from the cache of this data centre (Workers' Cache API), and keeps it there. The endpoint sees a
 * request without credentials and with the parameters it knows, `names`, in one order: who asks, and how they spell it, can
 * change neither an answer nor what it is kept under. Anything but a 200 is nobody's to keep. Evaluates `If-None-Match`.
 */
export function edgeCache({ seconds, staleSeconds }: Caching, names: readonly string[]): MiddlewareHandler<AppEnv> {
  const cacheControl = `public, max-age=0, s-maxage=${seconds}, stale-while-revalidate=${staleSeconds}`;
  return async (c, next) => {
    const known = c.req.header("If-None-Match");
    const url = keyOf(c, names);
    c.req.raw = new Request(url, { method: c.req.method });
    const isKnown = (headers: Headers) => known !== undefined && isAmong(known, headers.get("ETag") ?? "");
    const hit = await attempt(c.var, () => caches.default.match(url));
    if (hit) {
      const headers = { ...picked(hit.headers), Age: ageOf(hit, c.var.now()), "Cache-Control": cacheControl };
      return isKnown(hit.headers) ? c.body(null, 304, headers) : c.body(hit.body ?? "", 200, headers);
    }
    await next();
    if (c.res.status !== 200) return undefined;
    const headers = { ...picked(c.res.headers), Date: c.var.now().toUTCString() };
    const copy = new Response(c.res.clone().body, {
      headers: { ...headers, "Cache-Control": `public, max-age=${seconds}` },
    });
    c.executionCtx.waitUntil(attempt(c.var, () => caches.default.put(url, copy)));
    c.header("Age", "0");
    c.header("Cache-Control", cacheControl);
    if (isKnown(c.res.headers)) c.res = new Response(null, { status: 304, headers: c.res.headers });
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
  const stored = Date.parse(headers.get("Date") ?? "");
  return String(Math.max(0, Math.floor((now.getTime() - stored) / 1_000) || 0));
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
