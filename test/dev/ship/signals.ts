import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Given } from "./command.ts";

/** A command in a group of its own, as a terminal starts one. */
export function started(verb: "ship" | "up" | "down", given: Given) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "command.ts"), verb, JSON.stringify(given)], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const ended = once(child, "close");
  let said = "";
  const heard = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      said += data;
      for (const hear of heard) hear();
    });
  }
  return {
    /** Resolves when the command has said this. Rejects if it ends first. */
    async says(words: string): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const hear = () => {
        if (said.includes(words)) resolve();
      };
      heard.add(hear);
      hear();
      await Promise.race([promise, ended.then(() => Promise.reject(new Error(`It ended before: ${said}`)))]);
    },
    /** Ends it as Ctrl-C does, which reaches all processes of the group, or the process alone. Answers how it ended. */
    async end(signal: NodeJS.Signals): Promise<{ code: number | null; said: string }> {
      process.kill(signal === "SIGINT" ? -(child.pid ?? 0) : (child.pid ?? 0), signal);
      const [code] = await ended;
      return { code, said };
    },
    ended: ended.then(([code]) => ({ code: Number(code), said })),
  };
}
