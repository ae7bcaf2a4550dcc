/** Milliseconds of an interval, whose round trips are judged together, and how many of them there must be. */
const interval = 100;
const enough = 8;
/** Milliseconds after which the quickest round trip is looked for anew. */
const memory = 5 * 60_000;
/** Milliseconds after the last refusal until all places are open again. */
const calm = 1_000;
/** The least part of the places that a queue leaves. Fewer would leave the isolate idle while it waits for others. */
const least = 3 / 8;

/**
 * Bounds the queue of an isolate that has to refuse requests. If even the quickest round trip of an interval took much
 * longer than usual, all of them wait for each other, in the isolate or in the database. An interval with refusals then
 * closes a third of the places, so that the requests in the others are answered sooner. CoDel judges a queue by its
 * least wait too (RFC 8289, section 3).
 */
export class Congestion {
  #open = 1;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #intervalEnds = 0;
  #count = 0;
  #hasRefused = false;
  #quickest = Number.POSITIVE_INFINITY;
  /** The quickest round trip of late, and of the time before that. */
  #usual = { late: Number.POSITIVE_INFINITY, before: Number.POSITIVE_INFINITY, ends: 0 };

  /** The part of the places that may be in use, from three eighths to 1. */
  openAt(now: number): number {
    if (now - this.#refusedAt >= calm) this.#open = 1;
    return this.#open;
  }

  noteRefusal(now: number): void {
    this.#hasRefused = true;
    this.#refusedAt = now;
  }

  /** Takes the milliseconds of a round trip that was answered. */
  noteTrip(milliseconds: number, now: number): void {
    // A clock that was set back tells nothing.
    if (milliseconds < 0) return;
    this.#quickest = Math.min(this.#quickest, milliseconds);
    this.#count += 1;
    if (now < this.#intervalEnds && now >= this.#intervalEnds - interval) return;
    const limit = limitOf(this.#usualUntil(now));
    const isQueued = this.#count >= enough && this.#quickest > limit;
    if (isQueued && this.#hasRefused) this.#open = Math.max(least, this.#open * (2 / 3));
    else this.#open = Math.min(1, this.#open + 1 / 32);
    this.#intervalEnds = now + interval;
    this.#count = 0;
    this.#hasRefused = false;
    this.#quickest = Number.POSITIVE_INFINITY;
  }

  /** The quickest round trip of the last five to ten minutes. */
  #usualUntil(now: number): number {
    const { late, ends } = this.#usual;
    if (now >= ends) this.#usual = { late: Number.POSITIVE_INFINITY, before: late, ends: now + memory };
    this.#usual.late = Math.min(this.#usual.late, this.#quickest);
    return Math.min(this.#usual.late, this.#usual.before);
  }
}

/** The milliseconds above which the quickest round trip of an interval has waited, if it usually takes this long. */
function limitOf(usual: number): number {
  return 2 * usual + 5;
}
