import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, processesIn } from "../processes.ts";

/**
 * Waits for the end of a run, then ends what it has left running, such as workerd after a `kill -9`, and removes its
 * temporary files. All that the run started has `folder`, or one in it, for its `TMPDIR`.
 */
export async function removeRemains(run: number, folder: string): Promise<void> {
  while (isAlive(run)) await sleep(50);
  // One that is just being started may start another.
  for (let left = await processesIn(folder); left.length > 0; ) {
    for (const pid of left) end(pid);
    await sleep(50);
    left = await processesIn(folder);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}
