/** Milliseconds of a turn, whose round trips are judged together, and how many of them there must be. */
const turn = 100;
const enough = 8;
/** Milliseconds after which the quickest round trip is looked for anew. */
const memory = 5 * 60_000;
/** The least part of the places that a queue leaves: enough to keep the isolate busy. */
const least = 3 / 8;

/**
 * Bounds the queue of an isolate that has to refuse requests. While even the quickest round trip waits for others, in the
 * isolate or in the database, a turn with refusals closes a third of the places, so that those who get one are served
 * soon. Slow statements are no sign of a queue, as others beside them are quick: CoDel's idea (RFC 8289, section 3).
 */
export class Congestion {
  #open = 1;
  #turnEnds = 0;
  #count = 0;
  #hasRefused = false;
  #quickest = Number.POSITIVE_INFINITY;
  /** The quickest round trip of late, and of the time before that. */
  #usual = { late: Number.POSITIVE_INFINITY, before: Number.POSITIVE_INFINITY, ends: 0 };

  /** The part of the places that may be in use, from three eighths to 1. */
  get open(): number {
    return this.#open;
  }

  noteRefusal(): void {
    this.#hasRefused = true;
  }

  /** Takes the milliseconds of a round trip that has ended. */
  noteTrip(milliseconds: number, now: number): void {
    this.#quickest = Math.min(this.#quickest, milliseconds);
    this.#count += 1;
    if (now < this.#turnEnds) return;
    const limit = limitOf(this.#usualUntil(now));
    const isQueued = this.#count >= enough && this.#quickest > limit;
    if (!isQueued || !this.#hasRefused) this.#open = Math.min(1, this.#open + (this.#hasRefused ? 1 / 32 : 1 / 8));
    else this.#open = Math.max(least, this.#open * (2 / 3));
    this.#turnEnds = now + turn;
    this.#count = 0;
    this.#hasRefused = false;
    this.#quickest = Number.POSITIVE_INFINITY;
  }

  /** The quickest round trip of the last five minutes or a little more. */
  #usualUntil(now: number): number {
    const { late, ends } = this.#usual;
    if (now >= ends) this.#usual = { late: Number.POSITIVE_INFINITY, before: late, ends: now + memory };
    this.#usual.late = Math.min(this.#usual.late, this.#quickest);
    return Math.min(this.#usual.late, this.#usual.before);
  }
}

/** Milliseconds of a round trip that waited for others, where the quickest takes so many. */
function limitOf(usual: number): number {
  return 2 * usual + 5;
}
