import { describe, expect, it } from "vitest";
import { Congestion } from "../../src/context/congestion.ts";

/** A clock that goes on by one turn at each round of trips, of which some may see a refusal. */
function isolate() {
  const congestion = new Congestion();
  let now = 1_000_000;
  congestion.noteTrip(Number.POSITIVE_INFINITY, now);
  return {
    turns(count: number, trips: readonly number[], { refusing = true } = {}) {
      for (let i = 0; i < count; i++) {
        now += 100;
        if (refusing) congestion.noteRefusal();
        for (const trip of trips.slice(1)) congestion.noteTrip(trip, now - 99);
        congestion.noteTrip(trips[0] ?? 0, now);
      }
      return congestion.open;
    },
    wait(milliseconds: number) {
      now += milliseconds;
    },
  };
}

const eight = (milliseconds: number): number[] => Array(8).fill(milliseconds);

describe("the places of an isolate that refuses requests", () => {
  it("become fewer while all round trips wait for others, down to three eighths", () => {
    const { turns } = isolate();
    expect(turns(5, eight(10))).toBe(1);
    expect(turns(1, eight(26))).toBeCloseTo(2 / 3);
    expect(turns(1, eight(26))).toBeCloseTo(4 / 9);
    expect(turns(20, eight(26))).toBe(3 / 8);
  });

  it("stay all where a round trip takes little longer than the quickest of late", () => {
    const { turns } = isolate();
    turns(1, eight(10));
    expect(turns(20, eight(25))).toBe(1);
  });

  it("stay all while nobody is refused: a queue within the bound is no harm", () => {
    const { turns } = isolate();
    turns(1, eight(10));
    expect(turns(20, eight(60), { refusing: false })).toBe(1);
  });

  it("stay all where statements are slow, but one beside them is quick", () => {
    const { turns } = isolate();
    turns(1, eight(10));
    expect(turns(20, [400, 400, 400, 400, 10, 400, 400, 400])).toBe(1);
  });

  it("stay all where few round trips are slow: so few do not wait for each other", () => {
    const { turns } = isolate();
    turns(1, eight(10));
    expect(turns(20, Array(7).fill(400))).toBe(1);
  });

  it("are judged by the quickest round trip of any turn, as busy as it may be", () => {
    const { turns } = isolate();
    turns(1, eight(60));
    turns(1, [10]);
    expect(turns(1, eight(60))).toBeLessThan(1);
  });

  it("come back: slowly while somebody is refused, and within a second after that", () => {
    const { turns } = isolate();
    turns(1, eight(10));
    turns(20, eight(100));
    expect(turns(4, eight(10))).toBe(1 / 2);
    expect(turns(4, [10], { refusing: false })).toBe(1);
  });

  it("are judged by a database that has become slower for good, after a while", () => {
    const { turns, wait } = isolate();
    turns(1, eight(10));
    expect(turns(1, eight(90))).toBeLessThan(1);
    wait(5 * 60_000);
    turns(1, eight(90));
    wait(5 * 60_000);
    expect(turns(60, eight(90))).toBe(1);
  });

  it("are not judged by a queue that lasts for minutes: the quickest before it counts", () => {
    const { turns, wait } = isolate();
    turns(1, eight(10));
    wait(4 * 60_000);
    expect(turns(20, eight(90))).toBe(3 / 8);
    wait(2 * 60_000);
    expect(turns(20, eight(90))).toBe(3 / 8);
  });
});
