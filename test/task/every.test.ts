import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { taskSchedules } from "../../src/db/schema.ts";
import { slotsOf } from "../../src/task/every.ts";
import { task } from "../../src/task/task.ts";
import { db, unique } from "../harness.ts";
import { rowsOf, work } from "./effects.ts";

const day = 24 * 60 * 60_000;

describe("promise 32: a task with every", () => {
  it("runs once per slot, whatever overlaps and however a clock jumps", async () => {
    let runs = 0;
    // Half a day away, so that no slot comes meanwhile.
    const noon = new Date(Date.now() + day / 2);
    const every = `${noon.getUTCMinutes()} ${noon.getUTCHours()} * * *`;
    const daily = task({ name: unique("daily"), every }, async () => void runs++);
    const sweep = (after = 0) => work([daily], { now: new Date(Date.now() + after) });
    const back = (days: number) =>
      db
        .update(taskSchedules)
        .set({ slot: new Date(Date.now() - days * day).toISOString() })
        .where(eq(taskSchedules.name, daily.name));
    await sweep();
    // Begins with its next slot.
    expect(runs).toBe(0);
    await back(5);
    await Promise.all([sweep(), sweep(), sweep(-1.5 * day), sweep(-1.5 * day)]);
    // The clock of one Worker is behind, and one may come first: a slot each, at most.
    const afterRace = runs;
    expect(afterRace).toBeGreaterThan(0);
    expect(afterRace).toBeLessThan(3);
    await sweep();
    const all = runs;
    // Ahead of the database's clock, behind it, and repeated.
    for (const jump of [60 * day, 2 * day, -60 * day, 0, 0]) await sweep(jump);
    expect(runs - all).toBeLessThanOrEqual(1);
    expect((await rowsOf(daily.name)).map(({ state, key }) => [state, key])).toStrictEqual(
      Array(runs).fill(["done", "every"]),
    );
  });

  it("runs once for a slot that two sweeps see at once", async () => {
    let runs = 0;
    const yearly = task({ name: unique("yearly"), every: "0 0 1 1 *" }, async () => void runs++);
    await work([yearly]);
    await db.update(taskSchedules).set({ slot: "2001-01-01T00:00:00Z" }).where(eq(taskSchedules.name, yearly.name));
    await Promise.all(Array.from({ length: 8 }, () => work([yearly])));
    await work([yearly]);
    expect(runs).toBe(1);
    expect(await rowsOf(yearly.name)).toHaveLength(1);
  });

  it.each([
    ["* * * * *", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"],
    ["* * * * *", "2026-01-01T00:00:59.999Z", "2026-01-01T00:00:00.000Z"],
    ["0 3 * * *", "2026-01-01T02:59:00.000Z", "2025-12-31T03:00:00.000Z"],
    ["0 0 29 2 *", "2027-05-05T00:00:00.000Z", "2024-02-29T00:00:00.000Z"],
    [{ minutes: 10 }, "2026-01-01T00:19:59.999Z", "2026-01-01T00:10:00.000Z"],
    [{ minutes: 1_440 }, "2026-01-01T13:00:00.000Z", "2026-01-01T00:00:00.000Z"],
  ])("%j has at %s the slot %s", (every, now, slot) => {
    const { newest, next } = slotsOf(every)(new Date(now));
    expect(newest?.toISOString()).toBe(slot);
    expect(next?.getTime()).toBeGreaterThan(Date.parse(now));
    expect(slotsOf(every)(next ?? new Date(0)).newest).toStrictEqual(next);
  });

  it.each(["hourly", "* * * * * *", "61 * * * *", { minutes: 0 }, { minutes: Number.NaN }])("refuses %j", (every) => {
    expect(() => slotsOf(every)).toThrow();
  });
});
