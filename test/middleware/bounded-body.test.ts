import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bounded } from "../../src/middleware/bounded-body.ts";

const body = (...sizes: number[]) => new Blob(sizes.map((size) => new Uint8Array(size))).stream();
const stuck = () => new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) });
const bounds = { maxBytes: 10, seconds: 300 };

describe("the deadline of a body", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("runs while the body is read, and leaves no timer behind one that is there, or that is refused", async () => {
    const reader = bounded(body(7), bounds).getReader();
    expect((await reader.read()).value).toHaveLength(7);
    expect(vi.getTimerCount()).toBe(1);
    expect((await reader.read()).done).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    await expect(new Response(bounded(body(11), bounds)).text()).rejects.toThrow();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves none behind a body that its reader gives up, or that nobody reads", async () => {
    const reader = bounded(stuck(), bounds).getReader();
    reader.read().catch(() => undefined);
    // Node begins to pull in a later turn.
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(1);
    await reader.cancel();
    expect(vi.getTimerCount()).toBe(0);
    const between = bounded(body(7), bounds).getReader();
    await between.read();
    await between.cancel();
    bounded(body(7), bounds);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("counts from the arrival of the request, whenever the reading begins", async () => {
    const reader = bounded(stuck(), bounds).getReader();
    vi.setSystemTime(Date.now() + 299_000);
    const read = reader.read().catch((error) => error.code);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await read).toBe("request_timeout");
  });
});
