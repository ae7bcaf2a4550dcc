/** Uses the kept database: starts its server where it does not run, and lets it stop when nobody else uses it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { CommandError } from "../../config.ts";
import { connectionUrl, databaseFolder, readConnection, runningServer } from "./folder.ts";
import type { Report } from "./keeper.ts";
import { becomeDev, hasKeeper, isUsedByOthers, joinUsers, openSession } from "./locks.ts";

export type Use = {
  /** For any client; the same at every start, as long as nobody else takes the port. */
  url: string;
  /** Stops the server where nobody else uses it. */
  release(): Promise<void>;
};

type Options = {
  /** Refuses where another process does this on the same folder. */
  isDev?: boolean;
  /** Called when the server has ended and cannot be started again. */
  onLost?: (error: unknown) => void;
};

/** Milliseconds that a start may take: the first one makes the database. */
const patience = 90_000;

/** @throws {CommandError} */
export async function useDatabase(dataFolder: string, { isDev = false, onLost }: Options = {}): Promise<Use> {
  const folder = databaseFolder(dataFolder);
  let keeper: ChildProcess | undefined;
  let isReleased = false;
  let session = await enter();

  async function enter(): Promise<pg.Client> {
    for (const deadline = Date.now() + patience; Date.now() < deadline; await delay(50)) {
      const entered = await joined(dataFolder);
      if (entered && (await hasKeeper(entered))) return supervised(entered);
      const started = await startKeeper(dataFolder);
      keeper ??= started;
      if (entered) return supervised(entered);
    }
    throw new CommandError(`The database in ${folder} does not answer: its log is ${join(folder, "log")}.`);
  }

  async function supervised(entered: pg.Client): Promise<pg.Client> {
    const other = isDev ? await becomeDev(entered) : undefined;
    if (other !== undefined) {
      await entered.end();
      throw new CommandError(
        `${dataFolder} is in use by process ${other}: stop it first, or set PLINTH_DATA to another folder.`,
      );
    }
    entered.once("end", () => {
      if (!isReleased) enter().then((again) => (session = again), onLost);
    });
    return entered;
  }

  const connection = await readConnection(folder);
  if (!connection) throw new Error(`${folder} has gone`);
  return {
    url: connectionUrl(connection),
    async release() {
      isReleased = true;
      const isLast = !(await isUsedByOthers(session).catch(() => false));
      await session.end().catch(() => {});
      if (!keeper || keeper.exitCode !== null) return;
      const ended = once(keeper, "exit");
      keeper.disconnect();
      if (isLast) await ended;
    },
  };
}

/** A session that counts as a user; undefined where no server runs, or the one that does is about to stop. */
async function joined(dataFolder: string): Promise<pg.Client | undefined> {
  // Another program may have its port, and would keep a client waiting.
  if (!(await runningServer(dataFolder))?.isReady) return undefined;
  const connection = await readConnection(databaseFolder(dataFolder));
  try {
    const session = connection && (await openSession(connection, "plinth user"));
    if (session) await joinUsers(session);
    return session;
  } catch {
    return undefined;
  }
}

/** Undefined where there is a keeper already. */
async function startKeeper(dataFolder: string): Promise<ChildProcess | undefined> {
  const keeper = fork(join(import.meta.dirname, "keeper.ts"), [dataFolder], {
    // Ctrl-C is for its users, and it ends after them.
    detached: true,
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let errors = "";
  keeper.stderr?.on("data", (chunk) => {
    errors += chunk;
  });
  const ended = once(keeper, "close").then((): [Report] => [
    { state: "failed", reason: `PostgreSQL's keeper ended.\n${errors}`, isProblem: false },
  ]);
  const [report]: [Report] = await Promise.race([once(keeper, "message") as Promise<[Report]>, ended]);
  // Closes the output: a pipe that waits for its end must not wait for a keeper that others use.
  keeper.stderr?.destroy();
  if (report.state === "ready") return keeper;
  if (keeper.connected) keeper.disconnect();
  if (report.state === "other") return undefined;
  throw report.isProblem ? new CommandError(report.reason) : new Error(report.reason);
}
