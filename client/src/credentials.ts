import { inOrder, type TokenStore } from "./store.ts";

/** The refresh token is in a cookie unless there is a store. A key stands in for a session. */
export type Credentials = { store?: TokenStore; key?: string };

/** Keeps the refresh token in a cookie that scripts cannot read. For browsers, on the same site as the API. */
export const inCookie = (): Credentials => ({});
/** Keeps the refresh token in a store of yours. */
export const inStore = (store: TokenStore): Credentials => ({ store: inOrder(store) });
/** Calls with an API key instead of a session. */
export const withKey = (key: string): Credentials => ({ key });
