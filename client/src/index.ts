import createFetchClient, { type Client as FetchClient } from "openapi-fetch";
import type { Calls } from "./calls.ts";
import type { Credentials } from "./credentials.ts";
import { keyedOperations, openOperations } from "./operations.ts";
import { readable } from "./problems.ts";
import type { Retries } from "./retries.ts";
import type { paths } from "./schema.ts";
import { openSession, type Session } from "./session.ts";

export { changing, ifMatch } from "./changes.ts";
export { inCookie, inStore, withKey } from "./credentials.ts";
export { pages } from "./pages.ts";
export { type FieldError, fieldErrors, type Problem, ProblemError, unwrap } from "./problems.ts";
export type { Retries } from "./retries.ts";
export type { components, paths } from "./schema.ts";
export type { Account, Session, SessionState } from "./session.ts";
export type { TokenStore } from "./store.ts";
export { fileBody } from "./uploads.ts";

export type Options = {
  /** The origin of the API: `https://api.example.com`, or `location.origin` where it serves the page, too. */
  baseUrl: string;
  /** The place of the session: `inCookie()`, `inStore(store)` or `withKey(key)`. Without it, calls are anonymous. */
  session?: Credentials;
  /** The bounds of repeating a call where that is safe. */
  retries?: Retries;
  /** Sends the requests; by default the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
};

export type Client = Omit<FetchClient<paths>, keyof Calls> & Calls & { session: Session };

/**
 * A client of the API, typed by its document: `await api.GET("/api/v1/items")` answers `data` or `error`, the problem
 * whose `code` is one of that operation. It signs in, refreshes, repeats what is safe, and keeps a key over repetitions.
 */
export function createClient({
  baseUrl,
  session: credentials,
  retries,
  // Called as a method of anything else, browsers refuse it.
  fetch = (request) => globalThis.fetch(request),
}: Options): Client {
  // Spelt as in a request, by which calls of the API are told from others.
  const origin = new URL(baseUrl).href.replace(/\/+$/, "");
  const session = openSession(origin, fetch, credentials, retries);
  const client = createFetchClient<paths>({
    baseUrl: origin,
    // By its URL, as another middleware may have made another request of it.
    fetch: (request) =>
      session.send(request, openOperations.test(`${request.method} ${request.url.slice(origin.length)}`)),
  });
  client.use({
    onRequest({ request, schemaPath, params: { path } }) {
      // A URL drops such a part, and would lead to another operation.
      for (const name in path)
        if (/^\.?\.?$/.test(String(path[name] ?? ""))) throw new Error(`The path has no ${name}.`);
      const operation = `${request.method} ${schemaPath}`;
      if (keyedOperations.has(operation) && !request.headers.has("Idempotency-Key")) {
        // It need not be secret, and `randomUUID` is missing on a page without https, `crypto` in React Native.
        const uuid = "crypto" in globalThis && crypto.randomUUID?.();
        request.headers.set("Idempotency-Key", uuid || `${Date.now()}${Math.random()}`);
      }
    },
    onResponse: ({ response, options: { parseAs } }) =>
      parseAs === "json" || !response.ok ? readable(response) : response,
  });
  // The types of openapi-fetch cannot be followed through a path that is not known yet.
  return { ...client, session } as unknown as Client;
}
