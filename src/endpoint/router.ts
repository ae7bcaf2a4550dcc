import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

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
