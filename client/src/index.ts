import createFetchClient, { type Client as FetchClient } from "openapi-fetch";
import { keyedOperations, openOperations } from "./operations.ts";
import { readable } from "./problems.ts";
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
  withKey,
} from "./session.ts";
export type { TokenStore } from "./store.ts";

export type Options = {
  /** The origin of the API, such as `https://api.example.com`. */
  baseUrl: string;
  /** The place of the session: `inCookie()`, `inStore(store)` or `withKey(key)`. Without it, calls are anonymous. */
  session?: Credentials;
  /** The bounds of repeating a call where that is safe. */
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
  // As requests spell it, by which calls of the API are told from others.
  const origin = new URL(baseUrl.replace(/\/*$/, "/")).href.slice(0, -1);
  const session = openSession({ origin, credentials, retries, fetch });
  /** Requests of operations that need no sign-in. */
  const open = new WeakSet<Request>();
  const client = createFetchClient<paths>({
    baseUrl: origin,
    fetch: async (request) => {
      const { turn } = session;
      // Each repetition needs a token of its own: the last one may have expired while it waited.
      const answer = await withRetries(
        request,
        (copy, notAfter) => (open.has(request) ? fetch(copy) : session.send(copy, turn, notAfter)),
        retries,
      );
      return readable(answer);
    },
  });
  client.use({
    onRequest({ request, schemaPath }) {
      const operation = `${request.method} ${schemaPath}`;
      if (keyedOperations.has(operation) && !request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", newKey());
      }
      if (openOperations.has(operation)) open.add(request);
      return request;
    },
  });
  return Object.assign(client, { session });
}

// Called as a method of anything else, browsers refuse it.
const globalFetch = (request: Request) => globalThis.fetch(request);

/** A key need not be secret, and `randomUUID` is missing on a page without https and in React Native. */
const newKey = () =>
  typeof crypto === "object" && "randomUUID" in crypto
    ? crypto.randomUUID()
    : `${Date.now()}${Math.random()}${Math.random()}`;
