/** The API as a server on Node: `npm run serve`. */
import "./platform/node/fixed-length.ts";
import { setTimeout as delay } from "node:timers/promises";
import { createApp, defaultDeps } from "./app.ts";
import { configurationOf } from "./context/bindings.ts";
import type { Deps } from "./context/types.ts";
import { describeError, logToConsole } from "./log.ts";
import { answersIn } from "./platform/answers.ts";
import { alarmsIn } from "./platform/node/alarms.ts";
import { bindingsFrom, problemsIn } from "./platform/node/bindings.ts";
import { pooled } from "./platform/node/database.ts";
import { hashersIn } from "./platform/node/hashers.ts";
import { inProcesses } from "./platform/node/processes.ts";
import { addressOnNode, serveOnNode } from "./platform/node/server.ts";
import { type ServerSettings, serverSettingsFrom } from "./platform/node/settings.ts";
import { textsInMemory } from "./platform/texts.ts";
import { endpoints } from "./routes/index.ts";
import { type Bindings, SettingsError } from "./settings.ts";
import { runTasks } from "./task/run.ts";

/** Characters of answers that `cached` endpoints keep in memory. */
const keptLength = 16_000_000;

/** Serves until a signal comes; answers the exit code. */
async function serve(server: ServerSettings, stopped: Promise<unknown>): Promise<number> {
  const { close: closeDatabase, ...database } = pooled(server.DATABASE_CONNECTIONS);
  const hashers = hashersIn(server.HASH_THREADS);
  const deps: Deps = {
    ...defaultDeps,
    ...database,
    address: addressOnNode,
    answers: answersIn(textsInMemory(keptLength)),
  };
  const alarms = alarmsIn((span) =>
    runTasks(bindings, deps, span === undefined ? {} : { span: span === "long" ? span : "brief" }).catch((error) =>
      logToConsole({ level: "error", message: "tasks", cause: describeError(error) }),
    ),
  );
  const bindings: Bindings = bindingsFrom(process.env, { server, hashers, alarms });
  const configuration = configurationOf(bindings);
  if (configuration instanceof SettingsError) throw configuration;
  const running = await serveOnNode(createApp(endpoints, deps), bindings, server);
  logToConsole({ level: "info", message: "listening", url: running.url });
  alarms.start();
  await stopped;
  // Tasks that are cut off run again when their lease is over.
  const late = delay(server.SHUTDOWN_SECONDS * 1_000, false, { ref: false });
  const quiet = Promise.race([alarms.close().then(() => true), late]);
  const isDone = (await Promise.all([running.close(), quiet])).every(Boolean);
  if (isDone) await Promise.all([hashers.close(), closeDatabase()]);
  logToConsole({ level: isDone ? "info" : "warn", message: "stopped", is_done: isDone });
  return isDone ? 0 : 1;
}

try {
  const server = serverSettingsFrom(process.env, () => problemsIn(process.env));
  await inProcesses(server.WORKERS, (stopped) => serve(server, stopped));
} catch (error) {
  // A process that cannot serve ends, since whatever started it can tell people so.
  logToConsole({ level: "error", message: "start", cause: describeError(error) });
  process.exit(1);
}
