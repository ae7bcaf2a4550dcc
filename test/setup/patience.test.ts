import { expect, it, vi } from "vitest";

it("waits for what comes after more than a second, as on a busy machine", async () => {
  const began = Date.now();
  const hasCome = () => Date.now() - began > 1_200;
  await Promise.all([
    vi.waitFor(() => expect(hasCome()).toBe(true)),
    vi.waitUntil(hasCome),
    expect.poll(hasCome).toBe(true),
  ]);
});
