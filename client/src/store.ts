/** A place for the refresh token where there are no cookies: a phone's keychain, a server's own session. */
export type TokenStore = {
  get(): string | null | undefined | Promise<string | null | undefined>;
  /** If it rejects, so does `signIn`, though signed in. A refresh goes on, with the token in memory. */
  set(token: string): unknown;
  remove(): unknown;
};

/** The same store, which ends with what was written last, even if an earlier write takes longer, and goes on from memory if that fails. */
export function inOrder(store: TokenStore): TokenStore {
  let last: string | undefined;
  let isStored = true;
  let running = 0;
  async function write(token: string | undefined): Promise<void> {
    last = token;
    isStored = false;
    running += 1;
    try {
      await (token === undefined ? store.remove() : store.set(token));
      isStored = last === token;
    } finally {
      running -= 1;
    }
    if (last !== token) await write(last);
  }
  return { get: () => (isStored && running === 0 ? store.get() : last), set: write, remove: () => write(undefined) };
}
