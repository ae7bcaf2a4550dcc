/** A database cluster of PostgreSQL on loopback: how one is made, and started. */
import { type ChildProcess, spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandError, dataFolder } from "../../config.ts";
import { give, type Identity, run } from "./binaries.ts";

const env = { ...process.env, LC_ALL: "C" };

export type Place = {
  /** Holds the cluster, in `data`. */
  folder: string;
  /** See `reachableBinaries`. */
  native: string;
  identity: Identity;
};

/** Characters that a shell reads between double quotes: initdb starts PostgreSQL through one, by its path. */
const shellReads = process.platform === "win32" ? /"/ : /["$`\\]/;

/** Makes `folder/data`, an empty cluster of this superuser. */
export async function initialise({ folder, native, identity }: Place, user: string, password: string): Promise<void> {
  if (shellReads.test(native)) throw new CommandError(unreadable(native));
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, password, { mode: 0o600 });
  await give(passwordFile, identity);
  const options = [
    `--pgdata=${join(folder, "data")}`,
    `--pwfile=${passwordFile}`,
    `--username=${user}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
  ];
  await run(join(native, "bin", "initdb"), options, { cwd: folder, env, ...identity }).catch((error: Error) => {
    if (/could not look up effective user ID/.test(error.message)) throw nameless();
    throw /No space left on device/.test(`${Reflect.get(error, "stderr")}`) ? full(folder) : error;
  });
  await rm(passwordFile);
}

function unreadable(native: string): string {
  const without = 'move the project to a folder without ", $, ` and \\ in its path';
  return `PostgreSQL cannot be started from ${native}: ${without}.`;
}

function full(folder: string): CommandError {
  const setting = folder.startsWith(dataFolder) ? "PLINTH_DATA" : "TMPDIR";
  return new CommandError(
    `PostgreSQL needs about 50 MB in ${folder}, and no space is left there: make room, or set ${setting} to another folder.`,
  );
}

function nameless(): CommandError {
  return new CommandError(
    `PostgreSQL does not run as user ${process.getuid?.()}, which has no name on this machine: add it to /etc/passwd, ` +
      "run this as another, or set DATABASE_URL to a PostgreSQL of yours.",
  );
}

/** Starts the cluster's server on this port of loopback. Its log goes to `stderr`, which is a file where it is a number. */
export function spawnServer(
  { folder, native, identity }: Place,
  { port, stderr, settings }: { port: number; stderr: "pipe" | number; settings: Record<string, string> },
): ChildProcess {
  const all = { listen_addresses: "127.0.0.1", unix_socket_directories: "", timezone: "UTC", ...settings };
  const options = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return spawn(join(native, "bin", "postgres"), ["-D", join(folder, "data"), "-p", `${port}`, ...options], {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", stderr],
    ...identity,
  });
}
