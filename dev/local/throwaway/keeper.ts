/**
 * A process of its own that holds the database of a run and outlives it by a moment: it removes everything when
 * the run lets go of it, and a run that was interrupted, crashed or killed lets go too.
 */
import { once } from "node:events";
import { CommandError } from "../../config.ts";
import { startCluster } from "./cluster.ts";
import { createDatabase } from "./database.ts";
import { removeRemains } from "./remains.ts";

const [, , run = "", folder = ""] = process.argv;
const released = Promise.race([once(process, "disconnect"), once(process, "message")]);
// The process group's Ctrl-C is for the run; this process ends after it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.disconnect?.());

const given = process.env.TEST_DATABASE_URL;
try {
  const cluster = given ? { url: given, stop: async () => {} } : await startCluster();
  try {
    const database = await createDatabase(cluster.url);
    if (process.connected) process.send?.({ postgres: cluster.url, database: database.url });
    await released;
    if (given) await database.drop();
  } finally {
    await cluster.stop();
  }
} catch (error) {
  console.error(error instanceof CommandError ? error.message : error);
  process.exitCode = 1;
} finally {
  if (process.connected) process.disconnect();
  await removeRemains(Number(run), folder);
}
