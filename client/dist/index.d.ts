import { type Client as FetchClient } from "openapi-fetch";
import { type Retries } from "./retries.ts";
import type { paths } from "./schema.ts";
import { type Credentials, type Session } from "./session.ts";
export { changing, ifMatch } from "./changes.ts";
export { pages } from "./pages.ts";
export { type FieldError, fieldErrors, type Problem, ProblemError, unwrap } from "./problems.ts";
export type { Retries } from "./retries.ts";
export type { components, paths } from "./schema.ts";
export { type Account, inCookie, inStore, type Session, type SessionState, type TokenStore, withKey, } from "./session.ts";
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
export type Client = FetchClient<paths> & {
    session: Session;
};
/**
 * A client of the API, typed by its document: `await api.GET("/api/v1/items")` answers `data` or `error`, the problem
 * whose `code` is one of that operation. It signs in, refreshes, repeats what is safe, and keeps a key over repetitions.
 */
export declare function createClient({ baseUrl, session: credentials, retries, fetch }: Options): Client;
