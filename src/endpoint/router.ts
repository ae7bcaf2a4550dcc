import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";
import { getPathNoStrict } from "hono/utils/url";

/**
 * Hono's router, which is asked once per isolate for each path without parameters. Its faster router refuses a fixed path
 * beside a parameter, as in `/users/me` and `/users/{id}`.
 */
export class RememberingRouter<T> implements Router<T> {
  readonly name = "RememberingRouter";
  readonly #router = new TrieRouter<T>();
  // Bounds what is remembered: a client may send any method and path.
  readonly #methods = new Set<string>();
  readonly #fixedPaths = new Set<string>();
  readonly #remembered = new Map<string, Result<T>>();

  add(method: string, path: string, handler: T): void {
    this.#remembered.clear();
    this.#methods.add(method);
    if (!/[:*]/.test(path)) this.#fixedPaths.add(path);
    this.#router.add(method, path, handler);
  }

  match(method: string, path: string): Result<T> {
    if (!this.#fixedPaths.has(path) || !this.#methods.has(method)) return this.#router.match(method, path);
    const key = `${method} ${path}`;
    const known = this.#remembered.get(key) ?? this.#router.match(method, path);
    this.#remembered.set(key, known);
    return known;
  }
}

/** Something that answers a path as Hono spells it, `/items/:id`. */
export type RouteTo<To> = readonly [method: string, path: string, to: To];

/** Finds what answers a request, as an app of all these routes would find its endpoint. */
export function finderIn<To>(routes: readonly RouteTo<To>[]): (request: Request) => To | undefined {
  // A fixed path belongs to its own methods alone, although /{id} would match it too.
  const fixed = new Map<string, Map<string, To>>();
  const router = new RememberingRouter<To>();
  for (const [method, path, to] of routes) {
    if (path.includes(":")) router.add(method, path, to);
    else fixed.set(path, (fixed.get(path) ?? new Map<string, To>()).set(method, to));
  }
  return (request) => {
    const path = getPathNoStrict(request);
    const method = request.method === "HEAD" ? "GET" : request.method;
    const here = fixed.get(path);
    if (here) return here.get(method);
    const [[first] = []] = router.match(method, path);
    return first?.[0];
  };
}
