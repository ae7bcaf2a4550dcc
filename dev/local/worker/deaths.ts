import type { ChildProcess } from "node:child_process";
import diagnostics from "node:diagnostics_channel";
import { z } from "zod";

const Started = z.object({ process: z.custom<ChildProcess>() });

/**
 * Hears of each runtime that a signal ends, as where memory is short. Miniflare starts it anew and only warns in a log that is
 * off here, so that this would look like an API that hangs. One that exits by itself could not load the Worker, which is told.
 */
export function whenRuntimeDies(hear: (how: string) => void): void {
  diagnostics.subscribe("child_process", (message) => {
    const { process: child } = Started.parse(message);
    child.on("exit", (_code, signal) => {
      // Miniflare ends one by `kill`, which sets `killed`.
      if (signal === null || child.killed || !/workerd(\.exe)?$/.test(child.spawnfile)) return;
      hear(signal);
    });
  });
}
