import { configurationOf } from "../context/bindings.ts";
import { importedKeys } from "../context/provide.ts";
import { runner } from "../context/run.ts";
import type { Deps } from "../context/types.ts";
import type { Database } from "../db/client.ts";
import { describeError, unfailing } from "../log.ts";
import type { Keys } from "../security/keys.ts";
import { type Bindings, type Settings, SettingsError } from "../settings.ts";

/** A job's dependencies. A mail in its outbox is sent by the next run. */
export type JobContext = Pick<Deps, "now" | "log" | "transport"> & {
  outbox: string[];
  settings: Settings;
  keys: Keys;
  db: Database;
  run: ReturnType<typeof runner>;
  bindings: Bindings;
};

/** A task done every minute, in bounded steps; returns the number of things done. */
export type Job = { name: string; run: (context: JobContext) => Promise<number> };

/** Runs the jobs one after another. A job that fails is logged and does not stop the others. */
export async function runJobs(jobs: readonly Job[], bindings: Bindings, deps: Deps): Promise<void> {
  const log = unfailing(deps.log);
  const settings = configurationOf(bindings);
  const keys = settings instanceof SettingsError ? settings : await importedKeys(settings);
  if (settings instanceof SettingsError || keys instanceof SettingsError) {
    return log({ level: "error", message: "jobs", code: "misconfigured", cause: describeError(keys) });
  }
  const db = deps.connect(settings, { count: 0, milliseconds: 0 });
  const { now, transport } = deps;
  const context: JobContext = { settings, keys, db, bindings, run: runner(db), now, log, transport, outbox: [] };
  for (const job of jobs) {
    try {
      const count = await job.run(context);
      if (count > 0) log({ level: "info", message: "job", job: job.name, count });
    } catch (error) {
      log({ level: "error", message: "job", job: job.name, cause: describeError(error) });
    }
  }
}
