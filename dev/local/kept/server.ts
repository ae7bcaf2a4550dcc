/** Finds the server of a kept database, or starts it. */
import type { ChildProcess } from "node:child_process";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { CommandError } from "../../config.ts";
import { type Place, spawnServer } from "../cluster/cluster.ts";
import { databaseName, readConnection, writeConnection } from "./folder.ts";
import { openSession } from "./locks.ts";
import { findPostmaster, type Postmaster, removeStaleFile } from "./postmaster.ts";

/** Milliseconds: a server that was killed replays its log first. */
const patience = 60_000;

/** Trades the durability of the last commits for speed: a power failure may lose them, and nothing else. */
const settings = { synchronous_commit: "off" };

const createDatabase = `create database ${databaseName}`;

/** Drops the database at this URL, even in use, and makes it again. */
export async function recreateDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.replace(/\/[^/]*$/, "/postgres") });
  await client.connect();
  try {
    await client.query(`drop database if exists ${databaseName} with (force)`);
    await client.query(createDatabase);
  } finally {
    await client.end();
  }
}

export type RunningServer = Postmaster & { session: pg.Client };

/** The server that runs on this folder, or a new one, and a session of its administrator's. */
export async function runServer(place: Place): Promise<RunningServer> {
  const { folder } = place;
  let started: Started | undefined;
  for (const deadline = Date.now() + patience; Date.now() < deadline; await delay(20)) {
    const running = await findPostmaster(folder);
    const session = running?.isReady ? await sessionOf(folder, running) : undefined;
    if (running && session) return { ...running, session };
    if (running || (started && !started.hasEnded())) continue;
    if (started) await overcome(folder, await started.log());
    started = await start(place);
  }
  throw new CommandError(`PostgreSQL in ${folder} does not answer: its log is ${join(folder, "log")}.`);
}

async function sessionOf(folder: string, { port }: Postmaster): Promise<pg.Client | undefined> {
  const connection = await readConnection(folder);
  if (!connection) return undefined;
  try {
    const session = await openSession({ ...connection, port }, "plinth keeper");
    if (port !== connection.port) await writeConnection(folder, { ...connection, port });
    const { rows } = await session.query("select from pg_database where datname = $1", [databaseName]);
    if (rows.length === 0) await session.query(createDatabase);
    return session;
  } catch {
    // It is starting, replaying its log, or stopping.
    return undefined;
  }
}

type Started = { hasEnded(): boolean; log(): Promise<string> };

async function start(place: Place): Promise<Started> {
  const connection = await readConnection(place.folder);
  if (!connection) throw new Error(`${place.folder} has gone`);
  const path = join(place.folder, "log");
  const file = await open(path, "a", 0o600);
  const { size } = await file.stat();
  const server = spawnInto(file, place, connection.port);
  await file.close();
  let failure: Error | undefined;
  server.once("error", (error) => {
    failure = error;
  });
  return {
    hasEnded: () => failure !== undefined || server.exitCode !== null || server.signalCode !== null,
    log: async () => failure?.message ?? (await readFile(path)).subarray(size).toString(),
  };
}

function spawnInto(file: FileHandle, place: Place, port: number): ChildProcess {
  return spawnServer(place, { port, stderr: file.fd, settings });
}

/** Clears away what kept the server from starting. */
async function overcome(folder: string, log: string): Promise<void> {
  // Another start was faster, or a server was killed and its number is somebody else's.
  if (log.includes('"postmaster.pid" already exists')) return removeStaleFile(folder);
  // The remains of a killed server end by themselves.
  if (log.includes("pre-existing shared memory block")) return delay(500);
  if (/could not (bind|create any TCP)/.test(log)) return moveToNextPort(folder);
  throw new CommandError(`PostgreSQL did not start in ${folder}:\n${log.trim()}`);
}

async function moveToNextPort(folder: string): Promise<void> {
  const connection = await readConnection(folder);
  if (connection) await writeConnection(folder, { ...connection, port: connection.port + 1 });
}
