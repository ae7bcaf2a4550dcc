/** On Workers alone: watches how far an answer is read ahead, and breaks Neon's driver. A server's sockets have buffers. */
import { describe, expect, it, vi } from "vitest";
import { serve } from "../../harness.ts";
import { aUserWithItems, many, open } from "./exports.ts";

describe("GET /items/export", () => {
  it(`streams ${many} items, never more than a page ahead of its reader`, async () => {
    const user = await aUserWithItems(many);
    const { read, trips } = await open(user.token);
    expect(trips()).toBe(1);
    let [chunks, largest] = [0, 0];
    for (let chunk = await read(); chunk !== undefined; chunk = await read()) {
      chunks += 1;
      expect(trips()).toBeLessThanOrEqual(chunks);
      largest = Math.max(largest, chunk.length);
    }
    expect(chunks).toBe(many / 200);
    expect(largest).toBeLessThan(100_000);
  });

  it("promise 20: breaks off when the database fails on the way, and the log says why", async () => {
    const user = await aUserWithItems(1_000);
    let calls = 0;
    const real = globalThis.fetch;
    const fetching = vi.spyOn(globalThis, "fetch").mockImplementation(async (...call) => {
      calls += 1;
      if (calls > 2) throw new Error("Network connection lost.");
      return real(...call);
    });
    const app = serve();
    const headers = { Authorization: `Bearer ${user.token}` };
    const response = await app.fetch(new Request("https://api.example.com/api/v1/items/export", { headers }));
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    fetching.mockRestore();
    // A read is sent once more.
    expect(calls).toBe(4);
    expect(app.logs.at(-1)).toMatchObject({ level: "error", code: "database_unavailable", cause: { fault: "reset" } });
    expect(JSON.stringify(app.logs)).not.toContain(user.username);
  });

  it("asks for nothing more once the reader has gone", async () => {
    const user = await aUserWithItems(1_000);
    const { read, reader, trips } = await open(user.token);
    await read();
    await reader.cancel();
    expect(trips()).toBe(1);
  });
});
