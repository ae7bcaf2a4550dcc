import { createClient, inCookie } from "@plinth/client";

/** The client signs in, refreshes, repeats and signs out in every tab: no other file knows of tokens. */
export const api = createClient({
  // On the same site: the API's own pages, or another origin of `ALLOWED_ORIGINS`.
  baseUrl: import.meta.env.VITE_API_URL ?? location.origin,
  session: inCookie(),
});
