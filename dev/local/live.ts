/** What `npm run dev` takes over while it runs, besides the code: `.dev.vars`. Of new migrations it only tells. */
import { type FSWatcher, watch } from "node:fs";
import { join } from "node:path";
import { databaseUrl, Problem, projectFolder } from "../config.ts";
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
    if ((await databaseUrl()) !== url) throw new Problem("DATABASE_URL has changed: restart npm run dev.");
    worker.setBindings(await readBindings());
    console.log(".dev.vars has changed: the Worker runs with it now.");
  }
  return [
    whenChanged(projectFolder, ".dev.vars", () => {
      readAgain().catch((error) => {
        console.error(`${error instanceof Problem ? error.message : error} Until then, the Worker runs as before.`);
      });
    }),
    // Not applied by itself: a migration that was just made is to be read first.
    whenChanged(join(projectFolder, "drizzle"), undefined, () =>
      console.log("drizzle/ has changed: npm run db:migrate, in another terminal, applies what is new."),
    ),
  ];
}

/** Calls `then` when `file` of this folder has changed, or anything in it where none is named. */
function whenChanged(folder: string, file: string | undefined, then: () => void): Closeable {
  let timer: NodeJS.Timeout | undefined;
  const watcher: FSWatcher = watch(folder, { recursive: file === undefined }, (_event, name) => {
    if (file !== undefined && name !== file) return;
    clearTimeout(timer);
    timer = setTimeout(then, settled);
  });
  // Where a folder cannot be watched, a restart has the same effect.
  watcher.on("error", () => {});
  return {
    async close() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}
