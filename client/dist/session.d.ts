import type { components } from "./schema.ts";
export type Account = components["schemas"]["User"];
type SignIn = Pick<components["schemas"]["Login"], "username" | "password">;
/** `unknown` until {@link Session.start} has asked. */
export type SessionState = {
    status: "unknown";
} | {
    status: "signed_out";
} | {
    status: "signed_in";
    user: Account;
};
/** A place for the refresh token where there are no cookies: a phone's keychain, a server's own session. */
export type TokenStore = {
    get(): string | null | undefined | Promise<string | null | undefined>;
    set(token: string): unknown;
    remove(): unknown;
};
export type Credentials = {
    kind: "cookie";
} | {
    kind: "store";
    store: TokenStore;
} | {
    kind: "key";
    key: string;
};
/** Keeps the refresh token in a cookie that scripts cannot read. For browsers, on the same site as the API. */
export declare const inCookie: () => Credentials;
/** Keeps the refresh token in a store of yours. */
export declare const inStore: (store: TokenStore) => Credentials;
/** Calls with an API key instead of a session. */
export declare const withKey: (key: string) => Credentials;
export type Session = {
    readonly state: SessionState;
    /** Calls `listener` after each change of `state`, also by another tab. Answers how to stop. */
    subscribe(listener: () => void): () => void;
    /** Asks once at the start whether somebody is signed in. Throws if the server cannot be reached. */
    start(): Promise<SessionState>;
    /** Signs in. Answers the problem if that fails: `invalid_grant`, `email_not_verified`, … */
    signIn(credentials: SignIn): Promise<{
        error?: components["schemas"]["Problem"];
        response: Response;
    }>;
    /** Signs out here, in every tab and on the server. Throws if the server was not told. */
    signOut(): Promise<void>;
    /** Sends a request with the session's access token, which is refreshed at need. */
    send(request: Request): Promise<Response>;
};
type Environment = {
    origin: string;
    credentials: Credentials | undefined;
    fetch: (request: Request) => Promise<Response>;
};
export declare function openSession({ origin, credentials, fetch }: Environment): Session;
export {};
