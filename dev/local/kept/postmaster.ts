/** Finds the server process of a kept database by Postgres' own file. */
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { commandOf, isAlive } from "../processes.ts";

const fileOf = (folder: string) => join(folder, "data", "postmaster.pid");

/** `isReady` once it serves its port, which another program may hold until it has started or given up. */
export type Postmaster = { pid: number; port: number; isReady: boolean };

/** Finds the server that runs on this folder, started by any process. */
export async function findPostmaster(folder: string): Promise<Postmaster | undefined> {
  return named(folder, await contentOf(fileOf(folder)));
}

/** Removes the file of a server that was killed. Postgres believes it while another process has its number. */
export async function removeStaleFile(folder: string): Promise<void> {
  const seen = await contentOf(fileOf(folder));
  if (await named(folder, seen)) return;
  const aside = `${fileOf(folder)}.${process.pid}`;
  await rename(fileOf(folder), aside).catch(() => {});
  // A server that has started since has written its own.
  if ((await contentOf(aside)) !== seen) await rename(aside, fileOf(folder)).catch(() => {});
  else await rm(aside, { force: true });
}

/** The process of the first, the port of the fourth and the state of the eighth line, if such a server is alive. */
async function named(folder: string, content: string): Promise<Postmaster | undefined> {
  const lines = content.split("\n");
  const [pid = 0, , , port = 0] = lines.map(Number);
  if (!(pid > 0) || !isAlive(pid)) return undefined;
  return (await commandOf(pid)).includes(join(folder, "data"))
    ? { pid, port, isReady: lines[7]?.trim() === "ready" }
    : undefined;
}

function contentOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
