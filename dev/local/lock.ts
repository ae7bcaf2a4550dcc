import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { link, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { Problem } from "../config.ts";
import { isAlive } from "./processes.ts";

/**
 * Takes the lock file at `path` for this process; the returned function gives it back.
 * @throws {Problem}
 */
export async function lock(path: string): Promise<() => void> {
  const mine = `${process.pid} ${await startOf(process.pid)} ${randomUUID()}\n`;
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    // A link appears with its content, or not at all: nobody ever reads half a lock.
    while (!(await linked(draft, path))) await removeStale(path);
  } finally {
    await rm(draft, { force: true });
  }
  const release = () => {
    process.off("exit", release);
    rmSync(path, { force: true });
  };
  process.once("exit", release);
  return release;
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function removeStale(path: string): Promise<void> {
  const seen = await content(path);
  if (seen === undefined) return;
  const [pid = "", ...rest] = seen.trim().split(" ");
  const start = rest.slice(0, -1).join(" ");
  if (/^[1-9][0-9]*$/.test(pid) && isAlive(Number(pid)) && (await startOf(Number(pid))) === start) {
    throw new Problem(
      `${path.replace(/\.lock$/, "")} is in use by process ${pid}: stop it first, or set PLINTH_DATA to another folder.`,
    );
  }
  await oneAtATime(`${path}.stale`, async () => {
    if ((await content(path)) === seen) await rm(path, { force: true });
  });
}

/** Two processes may find the same stale lock, and the slower one must not remove what the faster one put there. */
async function oneAtATime(guard: string, work: () => Promise<void>): Promise<void> {
  const held = await open(guard, "wx", 0o600).catch(() => undefined);
  if (!held) {
    // Nobody is at it for as long as this, unless they died over it.
    const { mtimeMs } = await stat(guard).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > 5_000) await rm(guard, { force: true });
    return setTimeout(10);
  }
  try {
    await work();
  } finally {
    await held.close();
    await rm(guard, { force: true });
  }
}

async function content(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}

/** When a process started, in whatever form the system tells: it sets a recycled pid apart. "" where it does not tell. */
async function startOf(pid: number): Promise<string> {
  const stat = await content(`/proc/${pid}/stat`);
  // Field 22; the second field, a name in brackets, may hold spaces itself.
  if (stat !== undefined) return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  return promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]).then(
    ({ stdout }) => stdout.trim(),
    () => "",
  );
}
