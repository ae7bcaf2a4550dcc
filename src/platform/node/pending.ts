/** The work that goes on after answers. */
export class Pending {
  readonly #works = new Set<Promise<unknown>>();

  /** Stands in for the context that Cloudflare passes with each request. */
  readonly context: ExecutionContext = {
    waitUntil: (work) => this.add(work),
    passThroughOnException: () => {},
    props: {},
  } as ExecutionContext;

  add(work: Promise<unknown>): void {
    const noted = work
      .catch(() => {
        // Its own code logs the failure.
      })
      .finally(() => this.#works.delete(noted));
    this.#works.add(noted);
  }

  /** Resolves when nothing is left, not even work that other work began. */
  async settled(): Promise<void> {
    while (this.#works.size > 0) await Promise.all(this.#works);
  }
}
