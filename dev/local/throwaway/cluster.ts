import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { give, reachableBinaries, unprivileged } from "../cluster/binaries.ts";
import { initialise, type Place, spawnServer } from "../cluster/cluster.ts";
import { freePort } from "../port.ts";

/** A Postgres that this process started: the URL of its administrator's database, and its end. */
export interface Cluster {
  url: string;
  stop(): Promise<void>;
}

const settings = {
  // Each worker of the tests fills two pools, and transactions that branch have connections of their own beside them.
  max_connections: "500",
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  // Tests provoke errors by the hundred; this level still tells when the server is ready.
  log_min_messages: "log",
};

/** Starts an empty PostgreSQL on a free loopback port, in a temporary folder that goes when it stops. */
export async function startCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "plinth-postgres-"));
  const removeFolder = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    const identity = await unprivileged();
    await give(folder, identity);
    const place = { folder, identity, native: await reachableBinaries(folder, identity) };
    const password = randomBytes(16).toString("hex");
    await initialise(place, "postgres", password);
    const { server, port } = await launch(place);
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      async stop() {
        // The folder goes with it, so there is nothing to flush: an immediate shutdown.
        if (server.exitCode === null && server.kill("SIGQUIT")) await once(server, "exit");
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function launch(place: Place, attempts = 3): Promise<{ server: ChildProcess; port: number }> {
  const port = await freePort();
  const server = spawnServer(place, { port, stderr: "pipe", settings });
  const failure = await startUp(server);
  if (failure === undefined) return { server, port };
  // Another process may have taken the port since we looked.
  if (attempts > 1) return launch(place, attempts - 1);
  throw new Error(`PostgreSQL did not start: ${failure}`);
}

/** Resolves to undefined once the server accepts connections, or to its log when it ended before. */
function startUp(server: ChildProcess): Promise<string | undefined> {
  const log: string[] = [];
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("close", () => resolve(log.join("\n")));
    if (!server.stderr) throw new Error("the server's log is not piped");
    createInterface({ input: server.stderr }).on("line", (line) => {
      log.push(line);
      if (line.includes("ready to accept connections")) resolve(undefined);
    });
  });
}
