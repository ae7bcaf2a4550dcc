import { createClient, inStore, type Retries, type TokenStore } from "../../client/src/index.ts";
import { api, aUser, quickHash } from "../harness.ts";
import { aStore } from "./store.ts";

export const password = "correct horse battery";
export const password_hash = quickHash(password);
export const baseUrl = "https://api.example.com";

type Next = (request: Request) => Promise<Response>;
export type Through = (request: Request, next: Next) => Promise<Response>;
type Options = { store?: TokenStore; through?: Through; retries?: Retries };

/** A client with its calls in order, by path; `through` may answer in place of the server. */
export function aClient({ store = aStore(), through = (request, next) => next(request), retries }: Options = {}) {
  const calls: string[] = [];
  const client = createClient({
    baseUrl,
    session: inStore(store),
    ...(retries && { retries }),
    fetch: (request) => {
      calls.push(new URL(request.url).pathname.replace("/api/v1", ""));
      return through(request, api.fetch);
    },
  });
  return Object.assign(client, { calls });
}

export async function signedIn(options: Options = {}) {
  const user = await aUser({ password_hash });
  const client = aClient(options);
  await client.session.signIn({ username: user.username, password });
  client.calls.length = 0;
  return { user, client };
}

/** An access token of the client's that the server no longer takes. */
export const expired: Through = (request, next) => {
  if (!request.url.endsWith("/auth/resume")) request.headers.set("Authorization", "Bearer expired");
  return next(request);
};

/** Loses the first answer on its way back, after the server has given it. */
export function losingTheFirst(): Through {
  let lost = 1;
  return async (request, next) => {
    const answer = await next(request);
    if (lost-- > 0) throw new TypeError("The connection was lost");
    return answer;
  };
}

/** A gate that holds those who wait for it until it is opened. */
export function aGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
