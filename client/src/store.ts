/** A place for the refresh token where there are no cookies: a phone's keychain, a server's own session. */
export type TokenStore = {
  /** A rejection is one of each call that needs it, and signs nobody out. A value that cannot be a token is none. */
  get(): string | null | undefined | Promise<string | null | undefined>;
  /** A rejection is one of `signIn`, though it has signed in. A refresh goes on, with the token in memory. */
  set(token: string): unknown;
  /** A rejection is one of `signOut`, after the server was told. Also called where `set` failed. */
  remove(): unknown;
};

/**
 * The same store, which ends with what was written last, even if an earlier write takes longer, and goes on from memory
 * if that fails.
 */
export function inOrder(store: TokenStore): TokenStore {
  let last: string | undefined;
  let isStored = true;
  let running = 0;
  const clear = async () => store.remove();
  async function write(token: string | undefined): Promise<void> {
    last = token;
    isStored = false;
    running += 1;
    try {
      await (token === undefined ? clear() : store.set(token));
      isStored = true;
    } catch (error) {
      // The spent token is still there, which the server would take for stolen at the next start.
      if (last === token) await clear().catch(() => {});
      throw error;
    } finally {
      running -= 1;
      if (last !== token) await write(last);
    }
  }
  return {
    async get() {
      const token = isStored && running === 0 ? await store.get() : last;
      return typeof token === "string" && token.length < 1_001 ? token : undefined;
    },
    set: write,
    remove: () => write(undefined),
  };
}
