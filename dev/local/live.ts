/** Applies changes of `.dev.vars` while `npm run dev` runs; only announces new migrations. */
import { type FSWatcher, watch } from "node:fs";
import { join } from "node:path";
import { CommandError, databaseUrl, projectFolder } from "../config.ts";
import type { RunningWorker } from "./worker/worker.ts";

type Closeable = { close(): Promise<void> };

/** Milliseconds: an editor writes a file in several steps. */
const settled = 200;

export async function keepLive(
  worker: RunningWorker,
  readBindings: () => Promise<Record<string, string>>,
): Promise<Closeable[]> {
  const url = await databaseUrl();
  async function readAgain(): Promise<void> {
    if ((await databaseUrl()) !== url) throw new CommandError("DATABASE_URL has changed: restart npm run dev.");
    worker.setBindings(await readBindings());
    console.log(".dev.vars has changed: the Worker runs with it now.");
  }
  return [
    whenChanged(projectFolder, ".dev.vars", () => {
      readAgain().catch((error) => {
        console.error(
          `${error instanceof CommandError ? error.message : error} Until then, the Worker runs as before.`,
        );
      });
    }),
    // Leaves a new migration to be read first.
    whenChanged(join(projectFolder, "drizzle"), undefined, () =>
      console.log("drizzle/ has changed: npm run db:migrate, in another terminal, applies what is new."),
    ),
  ];
}

/** Calls `then` after a change of `file` in this folder, or of anything in it. */
export function whenChanged(folder: string, file: string | undefined, then: () => void): Closeable {
  let timer: NodeJS.Timeout | undefined;
  const watcher: FSWatcher = watch(folder, { recursive: file === undefined }, (_event, name) => {
    if (file !== undefined && name !== file) return;
    clearTimeout(timer);
    timer = setTimeout(then, settled);
  });
  // Ignores a folder that cannot be watched: a restart does the same.
  watcher.on("error", () => {});
  return {
    async close() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}
