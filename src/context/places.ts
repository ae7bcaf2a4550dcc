import type { RoundTrips } from "../db/wire.ts";
import { ApiError } from "../errors.ts";
import type { Settings } from "../settings.ts";
import { Congestion } from "./congestion.ts";
import { shares, type WorkKind } from "./policy.ts";

type Bounds = Pick<Settings, "REQUESTS_PER_ISOLATE" | "DATABASE_TIMEOUT_MS">;
type Place = { since: number; trips: Pick<RoundTrips, "at"> };

/** A round trip is slow if it takes this part of the deadline, and so many milliseconds. */
const slow = 1 / 5;
const leastSlow = 500;
/** One slow statement is its own affair. So many one after another are the database's. */
const enough = 3;
/** The least part of the places that a slow database leaves, so that it is asked again. */
const least = 1 / 16;
/** The longest `Retry-After`, in seconds. It is random, or all that were refused would come back at once. */
const longestWait = 5;

/**
 * The requests that an isolate works on, each in a place: `REQUESTS_PER_ISOLATE`, and fewer under {@link Congestion} and
 * while the database is slow. A run of slow answers takes a third of the places away, and each quick one gives some back.
 */
export class Places {
  /** The oldest first. */
  readonly #taken = new Set<Place>();
  /** The part of the places that a slow database leaves. */
  #open = 1;
  #closedAt = Number.NEGATIVE_INFINITY;
  #slowInRow = 0;
  readonly #congestion = new Congestion();
  #refused = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** True if there is a place for work of this kind. */
  hasRoom(work: WorkKind, bounds: Bounds): boolean {
    const now = Date.now();
    this.#forget(now - bounds.DATABASE_TIMEOUT_MS);
    const open = Math.min(this.#open, this.#congestion.openAt(now));
    return this.#taken.size < Math.max(1, bounds.REQUESTS_PER_ISOLATE * shares[work] * open);
  }

  /** Counts a request that is refused, and returns the headers of its answer. */
  refuse(): { "Retry-After": string } {
    this.#refused += 1;
    this.#congestion.noteRefusal(Date.now());
    return { "Retry-After": String(1 + Math.floor(Math.random() * longestWait)) };
  }

  /** Throws `overloaded` if there is no place for work of this kind. */
  take(work: WorkKind, bounds: Bounds, trips: Place["trips"] = {}): Place {
    if (!this.hasRoom(work, bounds)) throw new ApiError("overloaded", { headers: this.refuse() });
    const place = { since: Date.now(), trips };
    this.#taken.add(place);
    return place;
  }

  /** Takes the milliseconds of a round trip to the database, if there was one, and whether each was answered at once. */
  leave(
    place: Place,
    { perTrip, areAnswered }: { perTrip: number | undefined; areAnswered: boolean },
    { REQUESTS_PER_ISOLATE, DATABASE_TIMEOUT_MS }: Bounds,
  ): void {
    this.#taken.delete(place);
    if (perTrip === undefined) return;
    // A connection that was refused is no quick answer.
    if (areAnswered) this.#congestion.noteTrip(perTrip, Date.now());
    if (perTrip < Math.min(DATABASE_TIMEOUT_MS, Math.max(leastSlow, DATABASE_TIMEOUT_MS * slow))) {
      this.#slowInRow = 0;
      this.#open = Math.min(1, this.#open + 1 / (8 * REQUESTS_PER_ISOLATE));
      return;
    }
    this.#slowInRow += 1;
    if (this.#slowInRow >= enough && place.since > this.#closedAt) {
      // Those that had begun before add nothing: they waited behind as many as before.
      this.#open = Math.max(least, this.#open * (2 / 3));
      this.#closedAt = Date.now();
    }
  }

  /**
   * Returns the number of refusals since the last log line, at most once a second: logging each would cost more than the
   * refusal.
   */
  refusalsToTell(): number | undefined {
    if (Date.now() - this.#toldAt < 1_000) return undefined;
    const refused = this.#refused;
    this.#toldAt = Date.now();
    this.#refused = 0;
    return refused;
  }

  /**
   * A client that disconnects never gives its place back: its request stops wherever it is. So places expire, a deadline of
   * the database after the last call to it.
   */
  #forget(before: number): void {
    for (const place of this.#taken) {
      if (place.since > before) return;
      if ((place.trips.at ?? 0) <= before) this.#taken.delete(place);
    }
  }
}
