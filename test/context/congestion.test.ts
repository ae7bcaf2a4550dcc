import { describe, expect, it } from "vitest";
import { Congestion } from "../../src/context/congestion.ts";

const minute = 60_000;

/** An isolate with a clock that goes on by one interval at each round of trips, of which some may see a refusal. */
function isolate() {
  const congestion = new Congestion();
  let now = 1_000_000;
  congestion.noteTrip(Number.POSITIVE_INFINITY, now);
  return {
    intervals(count: number, trips: readonly number[], { refusing = true } = {}) {
      for (let i = 0; i < count; i++) {
        now += 100;
        if (refusing) congestion.noteRefusal(now - 99);
        for (const trip of trips.slice(1)) congestion.noteTrip(trip, now - 99);
        congestion.noteTrip(trips[0] ?? 0, now);
      }
      return congestion.openAt(now);
    },
    openAfter(milliseconds: number) {
      now += milliseconds;
      return congestion.openAt(now);
    },
  };
}

const eight = (milliseconds: number): number[] => Array(8).fill(milliseconds);

describe("the places of an isolate that refuses requests", () => {
  it("become fewer while all round trips take much longer than usual, down to three eighths", () => {
    const { intervals } = isolate();
    expect(intervals(5, eight(10))).toBe(1);
    expect(intervals(1, eight(26))).toBeCloseTo(2 / 3);
    expect(intervals(1, eight(26))).toBeCloseTo(4 / 9);
    expect(intervals(20, eight(26))).toBe(3 / 8);
  });

  it("all stay open where a round trip takes little longer than the quickest of late", () => {
    const { intervals } = isolate();
    intervals(1, eight(10));
    expect(intervals(20, eight(25))).toBe(1);
  });

  it("all stay open without a refusal: a queue within the bound does no harm", () => {
    const { intervals } = isolate();
    intervals(1, eight(10));
    expect(intervals(20, eight(60), { refusing: false })).toBe(1);
  });

  it("become no fewer in an interval without a refusal that follows one with some", () => {
    const { intervals } = isolate();
    intervals(1, eight(10));
    expect(intervals(1, eight(60))).toBeCloseTo(2 / 3);
    expect(intervals(1, eight(60), { refusing: false })).toBeCloseTo(2 / 3 + 1 / 32);
  });

  it("all stay open where one round trip beside slow ones is quick", () => {
    const { intervals } = isolate();
    intervals(1, eight(10));
    expect(intervals(20, [400, 400, 400, 400, 10, 400, 400, 400])).toBe(1);
  });

  it("become fewer where all statements are slow: it cannot be told from a queue", () => {
    const { intervals } = isolate();
    intervals(1, eight(10));
    expect(intervals(20, eight(400))).toBe(3 / 8);
  });

  it("all stay open where few round trips are slow: so few do not wait for each other", () => {
    const { intervals } = isolate();
    intervals(1, eight(10));
    expect(intervals(20, Array(7).fill(400))).toBe(1);
  });

  it("are judged by the quickest round trip of any interval, however few it had", () => {
    const { intervals } = isolate();
    intervals(1, eight(60));
    intervals(1, [10]);
    expect(intervals(1, eight(60))).toBeLessThan(1);
  });

  it("reopen slowly while there are refusals, and all at once a second after the last, even without a request", () => {
    const { intervals, openAfter } = isolate();
    intervals(1, eight(10));
    intervals(20, eight(100));
    expect(intervals(4, eight(10))).toBe(1 / 2);
    expect(openAfter(900)).toBe(1 / 2);
    expect(openAfter(1)).toBe(1);
  });

  it("are judged anew by a database that has become slower for good, within ten minutes", () => {
    const { intervals, openAfter } = isolate();
    intervals(1, eight(10));
    expect(intervals(1, eight(90))).toBeLessThan(1);
    openAfter(5 * minute);
    expect(intervals(20, eight(90))).toBe(3 / 8);
    openAfter(5 * minute);
    intervals(1, eight(90));
    expect(intervals(60, eight(90))).toBe(1);
  });

  it("are no fewer because a clock was set back", () => {
    const { intervals, openAfter } = isolate();
    intervals(1, eight(40));
    intervals(1, [-30, ...eight(40)]);
    openAfter(-minute);
    intervals(1, eight(40));
    expect(intervals(20, eight(60))).toBe(1);
    expect(intervals(20, eight(100))).toBe(3 / 8);
  });
});
