/** Functions that end what was started, called in reverse order. */
export type Closeables = (() => Promise<unknown>)[];

/** Runs `main` and then, even on failure, ends everything it pushed to `open`. */
export async function closing<T>(main: (open: Closeables) => Promise<T>): Promise<T> {
  const open: Closeables = [];
  try {
    return await main(open);
  } finally {
    for (const close of open.reverse()) await close();
  }
}
