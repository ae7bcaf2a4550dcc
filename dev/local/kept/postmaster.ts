/** Finds the server process of a kept database by Postgres' own file. */
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { commandOf, isAlive } from "../processes.ts";

const fileOf = (folder: string) => join(folder, "data", "postmaster.pid");

export type Postmaster = { pid: number; port: number };

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

/** The process of the first and the port of the fourth line, if such a server is alive. */
async function named(folder: string, content: string): Promise<Postmaster | undefined> {
  const [pid = 0, , , port = 0] = content.split("\n").map(Number);
  if (!(pid > 0) || !isAlive(pid)) return undefined;
  return (await commandOf(pid)).includes(join(folder, "data")) ? { pid, port } : undefined;
}

function contentOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
