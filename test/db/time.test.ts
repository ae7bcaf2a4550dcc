import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { toRfc3339 } from "../../src/db/time.ts";
import { db } from "../harness.ts";

const [earliest, latest] = ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"];

describe("a time of the database", () => {
  it.each([
    ["2026-11-25 16:10:50.081+00", "2026-11-25T16:10:50.081Z"],
    ["2026-11-25 16:10:50.08+00", "2026-11-25T16:10:50.080Z"],
    ["2026-11-25 16:10:50+00", "2026-11-25T16:10:50.000Z"],
    ["2026-11-25T16:10:50.081+00:00", "2026-11-25T16:10:50.081Z"],
    ["2026-11-25T16:10:50.081Z", "2026-11-25T16:10:50.081Z"],
    ["2026-11-25 16:10:50.081999+00", "2026-11-25T16:10:50.081Z"],
    ["2026-11-25 16:10:50+05:30", "2026-11-25T10:40:50.000Z"],
    ["2026-11-25 16:10:50.5-08", "2026-11-26T00:10:50.500Z"],
    ["1930-01-01 00:00:00+00:19:32", "1929-12-31T23:40:28.000Z"],
    ["0050-01-01 00:00:00+00", "0050-01-01T00:00:00.000Z"],
    ["0099-12-31 23:59:59+05:30", "0099-12-31T18:29:59.000Z"],
    ["0001-01-01 00:00:00+05:30", earliest],
    ["0044-03-15 12:00:00+00 BC", earliest],
    ["-infinity", earliest],
    ["infinity", latest],
    ["9999-12-31 23:59:59.999-08", latest],
    ["12026-01-01 00:00:00+00", latest],
    ["294276-12-31 23:59:59.999+00", latest],
  ])("%s is %s", (text, time) => {
    expect(toRfc3339(text)).toBe(time);
  });

  it.each(["28/11/2026 13:11:14.081 UTC", "Sat Nov 28 13:11:14 2026 UTC", ""])(
    "is none in another style: %s",
    (text) => {
      expect(() => toRfc3339(text)).toThrow("DateStyle is not ISO");
    },
  );

  it("is the same in a statement by hand, alone, in an array and in JSON that a column reads", async () => {
    const time = "2026-11-25T16:10:50.081Z";
    const at = sql`${time}::timestamptz`;
    const { rows } = await db.execute(sql`select ${at} as at, array[${at}, null, 'infinity'] as list`);
    expect(rows).toStrictEqual([{ at: time, list: [time, null, latest] }]);
  });
});
