/** The length of a queue: about twelve seconds of hashing, and room for fifty simultaneous sign-ups. */
const mostQueued = 64;

/** A queue whose work runs one piece at a time. Answers undefined at once if too many wait. */
export class Turns {
  readonly #pause: () => Promise<unknown>;
  #taken = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** `pause` comes before each piece, so that others can be served in between. */
  constructor(pause: () => Promise<unknown> = async () => {}) {
    this.#pause = pause;
  }

  async take<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#taken >= mostQueued) return undefined;
    this.#taken += 1;
    const turn = this.#last.then(this.#pause).then(work);
    this.#last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#taken -= 1;
    }
  }
}
