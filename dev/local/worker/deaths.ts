import type { ChildProcess } from "node:child_process";
import diagnostics from "node:diagnostics_channel";
import { z } from "zod";

const Started = z.object({ process: z.custom<ChildProcess>() });

/**
 * Hears of each runtime that ends without having been told to, by its signal or exit code. Miniflare starts it anew and says
 * so to nobody, so that a runtime short of memory would look like an API that hangs.
 */
export function whenRuntimeDies(hear: (how: string) => void): void {
  diagnostics.subscribe("child_process", (message) => {
    const { process: child } = Started.parse(message);
    child.on("exit", (code, signal) => {
      // Miniflare ends one by `kill`, which sets `killed`.
      if (child.killed || !/workerd(\.exe)?$/.test(child.spawnfile)) return;
      hear(signal ?? `exit code ${code}`);
    });
  });
}
