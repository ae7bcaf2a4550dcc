/** Makes and finds the kept database's folder, `.plinth/database`. */
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CommandError } from "../../config.ts";
import { readText } from "../../text.ts";
import { give, type Identity, majorVersion, reachableBinaries, run, unprivileged } from "../cluster/binaries.ts";
import { initialise, type Place } from "../cluster/cluster.ts";
import { isAlive } from "../processes.ts";
import { findPostmaster, type Postmaster } from "./postmaster.ts";

/** The access to the server; stable between starts unless something else takes its port. */
export type ServerAccess = { port: number; password: string };

export const user = "plinth";
export const databaseName = "plinth";

/** The databases of root's projects in folders that no other user can enter. */
const outside = "/var/lib/plinth";

/** The folder of the database of this data folder. */
export function databaseFolder(dataFolder: string): string {
  return join(dataFolder, "database");
}

export function connectionUrl({ port, password }: ServerAccess, database = databaseName): string {
  return `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;
}

/** A notice if this folder still holds the unused database of an earlier version. */
export function oldDatabaseNotice(dataFolder: string): string | undefined {
  const old = join(dataFolder, "postgres");
  if (!existsSync(join(old, "PG_VERSION"))) return undefined;
  return (
    `${old} is what an earlier version kept its database in, and PostgreSQL cannot read it. It is left as it is: to take ` +
    "data out of it, check out that version; to be rid of it, remove the folder."
  );
}

/** The server that runs on the database of this data folder. */
export async function runningServer(dataFolder: string): Promise<Postmaster | undefined> {
  const folder = await realpath(databaseFolder(dataFolder)).catch(() => undefined);
  return folder === undefined ? undefined : findPostmaster(folder);
}

/** Removes the database of this data folder, on which no server runs. */
export async function removeFolder(dataFolder: string): Promise<void> {
  const folder = databaseFolder(dataFolder);
  const real = await realpath(folder).catch(() => undefined);
  if (real !== undefined) await rm(real, { recursive: true, force: true });
  await rm(folder, { force: true });
}

/** The connection; undefined if there is no database yet. */
export async function readConnection(folder: string): Promise<ServerAccess | undefined> {
  const text = await readText(join(folder, "connection.json")).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    if (error.code === "EACCES") throw belongsToAnother(folder);
    throw error;
  });
  return text === undefined ? undefined : JSON.parse(text);
}

export async function writeConnection(folder: string, connection: ServerAccess): Promise<void> {
  const draft = join(folder, `connection.${process.pid}`);
  await writeFile(draft, JSON.stringify(connection), { mode: 0o600 });
  await rename(draft, join(folder, "connection.json"));
}

/** Opens the folder, and makes it with an empty cluster if necessary. Answers the user of its server too. */
export async function openFolder(dataFolder: string): Promise<Place> {
  const folder = databaseFolder(dataFolder);
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  await removeUnfinished(folder);
  if (!(await readConnection(folder))) await make(folder);
  const { uid, gid } = await stat(join(folder, "data"));
  const me = process.getuid?.();
  if (me !== undefined && me !== 0 && me !== uid) throw belongsToAnother(folder);
  await requireVersion(folder);
  const identity = me === 0 ? { uid, gid } : {};
  // Postgres may not be able to follow a link from a folder that is closed to it.
  const real = await realpath(folder);
  return { folder: real, identity, native: await reachableBinaries(real, identity) };
}

/** Makes the folder atomically, so that an interrupted start leaves nothing that looks like a database. */
async function make(folder: string): Promise<void> {
  const identity = await unprivileged();
  const draft = await makeDraft(folder, identity);
  const place = { folder: draft, identity, native: await reachableBinaries(draft, identity) };
  const connection = { port: preferredPort(folder), password: randomBytes(18).toString("base64url") };
  await mkdir(join(draft, "data"), { mode: 0o700 });
  await give(join(draft, "data"), identity);
  await initialise(place, user, connection.password);
  await writeConnection(draft, connection);
  const appear = dirname(draft) === dirname(folder) ? rename(draft, folder) : symlink(draft, folder);
  await appear.catch(async (error) => {
    await rm(draft, { recursive: true, force: true });
    // Another process was faster.
    if (!(await readConnection(folder))) throw error;
  });
}

/** Makes a draft beside `folder`, or outside of the project if Postgres' user cannot enter root's folders. */
async function makeDraft(folder: string, identity: Identity): Promise<string> {
  const draft = `${folder}.new-${process.pid}`;
  await mkdir(draft, { mode: 0o700 });
  if (identity.gid === undefined) return draft;
  await letThrough(dirname(folder), identity.gid);
  await letThrough(draft, identity.gid);
  if (await canEnter(draft, identity)) return draft;
  await rm(draft, { recursive: true });
  await mkdir(outside, { recursive: true });
  await removeForgotten(folder);
  const other = await mkdtemp(join(outside, "database-"));
  await letThrough(other, identity.gid);
  await writeFile(join(other, "for"), folder);
  return other;
}

/** Removes the outside part of a database whose link was removed. */
async function removeForgotten(folder: string): Promise<void> {
  for (const name of await readdir(outside)) {
    const other = join(outside, name);
    const isOurs = (await readText(join(other, "for")).catch(() => "")) === folder;
    if (isOurs && !(await findPostmaster(other))) await rm(other, { recursive: true, force: true });
  }
}

/** Lets the group pass to what is inside and is its own, but not look around. */
async function letThrough(folder: string, gid: number): Promise<void> {
  await chown(folder, 0, gid);
  await chmod(folder, 0o710);
}

function canEnter(folder: string, identity: Identity): Promise<boolean> {
  return run("sh", ["-c", 'cd -- "$0"', folder], { cwd: "/", ...identity }).then(
    () => true,
    () => false,
  );
}

/** Removes the remains of a start that was killed while it made the folder. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(dirname(folder))) {
    const [, pid] = name.startsWith(basename(folder)) ? (/\.new-([0-9]+)$/.exec(name) ?? []) : [];
    // Waits for a process that may still be writing.
    if (pid && !isAlive(Number(pid)))
      await rm(join(dirname(folder), name), { recursive: true, force: true, maxRetries: 5 });
  }
}

async function requireVersion(folder: string): Promise<void> {
  const made = (await readText(join(folder, "data", "PG_VERSION"))).trim();
  const installed = await majorVersion();
  if (made === installed) return;
  throw new CommandError(
    `${folder} was made by PostgreSQL ${made}, and PostgreSQL ${installed} is installed. Empty it with npm run db:reset, ` +
      "or go back to the older version and take your data out first.",
  );
}

function belongsToAnother(folder: string): CommandError {
  return new CommandError(
    `${folder} belongs to another user: run this as that one, remove the folder, or set PLINTH_DATA to another.`,
  );
}

/** A stable port per folder, below the range that systems assign by themselves. */
function preferredPort(folder: string): number {
  return 15_432 + (createHash("sha256").update(folder).digest().readUInt32BE() % 1_000);
}
