import type { TokenStore } from "../../client/src/index.ts";

/** A store of one process, or of several, that shows the token it was given. */
export function aStore(token: string | null = null) {
  const store: TokenStore & { token: string | null } = {
    token,
    get: () => store.token,
    set: (next: string) => {
      store.token = next;
    },
    remove: () => {
      store.token = null;
    },
  };
  return store;
}
