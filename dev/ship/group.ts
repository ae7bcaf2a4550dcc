import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

/** Windows has no groups of processes. */
const isGrouped = process.platform !== "win32";

type Surroundings = { cwd: string; env?: NodeJS.ProcessEnv; stop?: AbortSignal | undefined };

/**
 * Runs a script by this Node in a group of its own, and answers its exit code and all it said. `stop` ends it with everything
 * that it has started, and throws its reason. TypeScript's compiler, for one, does not heed SIGTERM.
 */
export async function runGrouped(
  script: string,
  args: readonly string[],
  { cwd, env = process.env, stop }: Surroundings,
): Promise<{ code: number; said: string }> {
  stop?.throwIfAborted();
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: isGrouped,
  });
  const ended = once(child, "close");
  const end = () => void endGroup(child, ended);
  stop?.addEventListener("abort", end);
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => said.push(String(data)));
  const [code] = await ended.finally(() => stop?.removeEventListener("abort", end));
  stop?.throwIfAborted();
  return { code: Number(code ?? 1), said: said.join("") };
}

/** Ends a process with all that it has started. */
async function endGroup(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  const kill = (signal: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      process.kill(isGrouped ? -child.pid : child.pid, signal);
    } catch {
      // It has just ended by itself.
    }
  };
  kill("SIGTERM");
  const isEnded = await Promise.race([ended.then(isTrue, isTrue), delay(2_000, false, { ref: false })]);
  if (!isEnded) kill("SIGKILL");
}

const isTrue = () => true;
