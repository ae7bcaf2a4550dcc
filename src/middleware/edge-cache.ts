import type { RouteConfig } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { orNothing } from "../context/patience.ts";
import type { AppEnv } from "../context/types.ts";
import { digestTag, isAmong, meetsMatch, requireMatch } from "../http/etag.ts";
import { headers } from "../http/headers.ts";

/**
 * Seconds that an answer stays fresh, and further seconds for which other caches may serve it stale. With 0 the edge keeps
 * nothing, and a client asks each time whether its copy is current.
 */
export type Caching = { seconds: number; staleSeconds: number };

/** The headers kept with an answer, beside those that its contract declares. */
const alwaysKept = ["Content-Type", "ETag", "Link"];

/** Those that belong to each request or caller, whatever a contract declares. */
const neverKept = ["age", "cache-control", "ratelimit-policy", "set-cookie", "vary", "x-request-id"];

/** Those of the kept ones that a 304 repeats (RFC 9110, section 15.4.5). */
const ofNotModified = ["Content-Location", "ETag", "Expires"];

/** Records when a kept answer was made: the cache overwrites `Date`. */
const madeAt = "X-Made-At";

/** Adds the headers and the 304 of {@link edgeCache} to an endpoint's answers. */
export function cacheable(responses: RouteConfig["responses"]): RouteConfig["responses"] {
  const own = headers("Age", "ETag", "Cache-Control");
  const ok = responses[200];
  if (!ok || "$ref" in ok) return responses;
  const repeated = Object.entries(ok.headers ?? {}).filter(([name]) => ofNotModified.includes(name));
  // The library's type also has a schema in the place of such an object.
  const ofKnown = { ...(Object.fromEntries(repeated) as typeof own), ...own };
  return {
    ...responses,
    200: { ...ok, headers: { ...ok.headers, ...own } },
    304: { description: "Not modified: your copy is current", headers: ofKnown },
  };
}

/**
 * Serves an endpoint's 200 from this data centre's cache, without credentials and undeclared parameters, so that no
 * caller can vary an answer or its key. The `ETag` is a digest: a version would reveal hidden changes. A handler that has
 * kept its own sets it. A cache may ignore `If-Match`, but this is the origin too, which decides by a fresh answer.
 */
export function edgeCache(
  { seconds, staleSeconds }: Caching,
  names: readonly string[],
  declared: readonly string[],
): MiddlewareHandler<AppEnv> {
  const cacheControl = `public, max-age=0, s-maxage=${seconds}, stale-while-revalidate=${staleSeconds}`;
  const kept = [...alwaysKept, ...declared].filter((name) => !neverKept.includes(name.toLowerCase()));
  return async (c, next) => {
    const asked = c.req.raw.headers;
    const url = keyOf(c, names);
    c.req.raw = new Request(url, { method: c.req.method });
    const context = c.var;
    const found = seconds > 0 && (await orNothing(context.log, "edge", () => context.answers.match(url)));
    // An answer that is kept may be older than the one whose tag the client has.
    const hit = found && meetsMatch(asked, tagOf(found)) && found;
    context.facts.cache = hit ? "hit" : "miss";
    if (hit) {
      const headers = { Age: ageOf(hit, context.now()), "Cache-Control": cacheControl };
      if (isKnown(asked, hit)) return c.body(null, 304, { ...picked(hit.headers, ofNotModified), ...headers });
      return c.body(hit.body ?? "", 200, { ...picked(hit.headers, kept), ...headers });
    }
    await next();
    if (c.res.status !== 200) return undefined;
    if (seconds > 0 || !c.res.headers.has("ETag")) {
      const bytes = await c.res.clone().arrayBuffer();
      if (!c.res.headers.has("ETag")) c.res.headers.set("ETag", digestTag(new Uint8Array(bytes)));
      const headers = { ...picked(c.res.headers, kept), [madeAt]: context.now().toISOString() };
      const copy = new Response(bytes, { headers: { ...headers, "Cache-Control": `public, max-age=${seconds}` } });
      if (seconds > 0) c.executionCtx.waitUntil(orNothing(context.log, "edge", () => context.answers.put(url, copy)));
    }
    if (isKnown(asked, c.res)) {
      const dropped = kept.filter((name) => !ofNotModified.includes(name));
      c.res = new Response(null, { status: 304, headers: c.res.headers });
      for (const name of dropped) c.res.headers.delete(name);
    }
    c.res.headers.set("Age", "0");
    c.res.headers.set("Cache-Control", cacheControl);
    return undefined;
  };
}

/** True if the client has this answer. Throws if it asks for another one. */
function isKnown(asked: Headers, answer: Response): boolean {
  const etag = tagOf(answer);
  requireMatch(asked, etag);
  return isAmong(asked.get("If-None-Match") ?? "", etag);
}

function tagOf({ headers }: Response): string {
  return headers.get("ETag") ?? "";
}

/** The canonical URL of this request. */
function keyOf(c: Context<AppEnv>, names: readonly string[]): string {
  const { origin, searchParams } = new URL(c.req.url);
  const url = new URL(keptPath(c.var.policy?.path ?? c.req.path, c.req.param()), origin);
  for (const name of names) {
    for (const value of searchParams.getAll(name)) url.searchParams.append(name, value);
  }
  return url.href;
}

/** Fills in the parameters of a path, in the one spelling by which its answer is kept. */
export function keptPath(path: string, parameters: Readonly<Record<string, unknown>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(canonical(String(parameters[name]))));
}

/** A UUID can be spelt in either letter case. */
function canonical(value: string): string {
  return /^[0-9a-f-]{36}$/i.test(value) ? value.toLowerCase() : value;
}

function picked(headers: Headers, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

function ageOf({ headers }: Response, now: Date): string {
  const made = Date.parse(headers.get(madeAt) ?? "");
  return String(Math.max(0, Math.floor((now.getTime() - made) / 1_000) || 0));
}
