/** A place for the refresh token where there are no cookies: a phone's keychain, a server's own session. */
export type TokenStore = {
  get(): string | null | undefined | Promise<string | null | undefined>;
  set(token: string): unknown;
  remove(): unknown;
};

/** The same store, which ends with what was written last, even if an earlier write takes longer. */
export function inOrder(store: TokenStore): TokenStore {
  let last: string | undefined;
  let running = 0;
  async function write(token: string | undefined): Promise<void> {
    last = token;
    running += 1;
    try {
      await (token === undefined ? store.remove() : store.set(token));
    } finally {
      running -= 1;
    }
    if (last !== token) await write(last);
  }
  return { get: () => (running > 0 ? last : store.get()), set: write, remove: () => write(undefined) };
}
