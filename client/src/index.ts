import createFetchClient, { type Client as FetchClient } from "openapi-fetch";
import { keyedOperations, openOperations } from "./operations.ts";
import { type Retries, withRetries } from "./retries.ts";
import type { paths } from "./schema.ts";
import { type Credentials, openSession, type Session } from "./session.ts";

export { changing, ifMatch } from "./changes.ts";
export { pages } from "./pages.ts";
export { type FieldError, fieldErrors, type Problem, ProblemError, unwrap } from "./problems.ts";
export type { Retries } from "./retries.ts";
export type { components, paths } from "./schema.ts";
export {
  type Account,
  inCookie,
  inStore,
  type Session,
  type SessionState,
  type TokenStore,
  withKey,
} from "./session.ts";

export type Options = {
  /** The origin of the API, such as `https://api.example.com`. */
  baseUrl: string;
  /** Where the session lives: `inCookie()`, `inStore(store)` or `withKey(key)`. Without it, calls are anonymous. */
  session?: Credentials;
  /** How often, and how long, a call is repeated where that is safe. */
  retries?: Retries;
  /** Sends the requests; by default the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
};

export type Client = FetchClient<paths> & { session: Session };

/**
 * A client of the API, typed by its document: `await api.GET("/api/v1/items")` answers `data` or `error`, the problem
 * whose `code` is one of that operation. It signs in, refreshes, repeats what is safe, and keeps a key over repetitions.
 */
export function createClient({ baseUrl, session: credentials, retries, fetch = globalFetch }: Options): Client {
  const origin = baseUrl.replace(/\/$/, "");
  const session = openSession({ origin, credentials, fetch });
  const authorized = new WeakSet<Request>();
  const send = (request: Request) => (authorized.has(request) ? session.send(request) : fetch(request));
  const client = createFetchClient<paths>({
    baseUrl: origin,
    // Each repetition needs a token of its own: the last one may have expired while it waited.
    fetch: (request) =>
      withRetries(
        request,
        (copy) => {
          if (authorized.has(request)) authorized.add(copy);
          return send(copy);
        },
        retries,
      ),
  });
  client.use({
    onRequest({ request, schemaPath }) {
      const operation = `${request.method} ${schemaPath}`;
      if (keyedOperations.has(operation) && !request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", crypto.randomUUID());
      }
      if (!openOperations.has(operation)) authorized.add(request);
      return request;
    },
  });
  return Object.assign(client, { session });
}

// Called as a method of anything else, browsers refuse it.
const globalFetch = (request: Request) => globalThis.fetch(request);
