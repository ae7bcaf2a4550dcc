import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { CommandError } from "../config.ts";

const HeapUsage = z.object({ result: z.object({ usedSize: z.number() }) });

/**
 * Megabytes of JavaScript in the Worker `main`, asked of workerd's inspector each second until `signal`; answers the
 * least, which is what was left by a garbage collection: a leak raises it.
 */
export async function leastHeap(inspectorPort: number, signal: AbortSignal): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${inspectorPort}/main`);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", () => reject(new CommandError("workerd's inspector refused.")), { once: true });
  });
  let least = Number.POSITIVE_INFINITY;
  socket.addEventListener("message", ({ data }) => {
    const usage = HeapUsage.safeParse(JSON.parse(String(data)));
    if (usage.success) least = Math.min(least, usage.data.result.usedSize);
  });
  for (let id = 1; !signal.aborted; id++) {
    socket.send(JSON.stringify({ id, method: "Runtime.getHeapUsage" }));
    await sleep(1_000);
  }
  socket.close();
  return least / 2 ** 20;
}
