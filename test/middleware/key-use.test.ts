import { v7 as uuidv7 } from "uuid";
import { expect, it, vi } from "vitest";
import { noteUse } from "../../src/middleware/key-use.ts";
import { bindings, db, parsed } from "../harness.ts";

it("notes a use of a key once an hour, and again where the clock was set back by more", async () => {
  const connect = vi.fn(() => db);
  const later: Promise<unknown>[] = [];
  const key = uuidv7();
  const uses = (...hours: number[]) => {
    for (const at of hours) {
      const context = { connect, settings: parsed(bindings), now: () => new Date(at * 3_600_000), log: vi.fn() };
      noteUse({ ...context, waitUntil: (work) => void later.push(work) }, key);
    }
    return connect.mock.calls.length;
  };
  expect(uses(100, 100.9)).toBe(1);
  expect(uses(101, 101.9)).toBe(2);
  expect(uses(90, 90.9)).toBe(3);
  await Promise.all(later);
});
