import { spawn } from "node:child_process";
import { once } from "node:events";

/** A command of Node's in a group of its own, as a terminal starts one. */
export function spawned(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, env });
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
