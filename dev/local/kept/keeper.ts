/**
 * Runs the kept database's server in a process of its own, and stops it after its last user, however that one ended.
 */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { CommandError } from "../../config.ts";
import { openFolder } from "./folder.ts";
import { becomeKeeper, takeWhenUnused } from "./locks.ts";
import { findPostmaster } from "./postmaster.ts";
import { type RunningServer, runServer } from "./server.ts";

/** `ready`: it is the keeper now. `other`: there is one already. */
export type Report = { state: "ready" } | { state: "other" } | { state: "failed"; reason: string; isProblem: boolean };

const released = once(process, "disconnect");
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.disconnect?.());

// Ignores errors of a reader that was killed.
process.stderr.on("error", () => {});
const report = (message: Report) => process.connected && process.send?.(message, () => {});

try {
  await keep(process.argv[2] ?? "");
} catch (error) {
  report({
    state: "failed",
    reason: String(error instanceof Error ? error.message : error),
    isProblem: error instanceof CommandError,
  });
}
process.exit();

async function keep(dataFolder: string): Promise<void> {
  const place = await openFolder(dataFolder);
  for (;;) {
    const server = await runServer(place);
    const ended = once(server.session, "end");
    if (!(await becomeKeeper(server.session))) {
      report({ state: "other" });
      return;
    }
    report({ state: "ready" });
    // Postgres ends all sessions if a backend is killed. If it is killed itself, a new one is started.
    const isReleased = await Promise.race([released.then(() => true), ended.then(() => false)]);
    if (isReleased && (await stopWhenUnused(server, place.folder))) return;
  }
}

/** False where its session ended meanwhile. */
async function stopWhenUnused({ session, pid }: RunningServer, folder: string): Promise<boolean> {
  try {
    while (!(await takeWhenUnused(session))) await delay(100);
  } catch {
    return (await findPostmaster(folder)) === undefined;
  }
  // Ends the sessions that are left, then the server.
  process.kill(pid, "SIGINT");
  for (const deadline = Date.now() + 10_000; await findPostmaster(folder); await delay(20)) {
    if (Date.now() > deadline) process.kill(pid, "SIGQUIT");
  }
  return true;
}
