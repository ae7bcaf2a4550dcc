import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { promisify } from "node:util";

/**
 * Calls `then` when the npm that started this process has ended: it does not pass SIGTERM on. Where it runs scripts in
 * a shell of their own, that shell lives on, so npm itself is watched.
 */
export async function whenNpmEnds(then: () => void): Promise<void> {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const { name, parent: grandparent } = await describeProcess(parent);
  const npm = /^-?(ba|da|z|k|a)?sh$/.test(name) ? grandparent : parent;
  setInterval(() => (process.ppid !== parent || !isAlive(npm)) && then(), 500).unref();
}

async function describeProcess(pid: number): Promise<{ name: string; parent: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  const [, name = "", parent = pid] =
    stat !== undefined
      ? (/\((.*)\) \S+ (\d+)/s.exec(stat) ?? [])
      : await promisify(execFile)("ps", ["-o", "comm=,ppid=", "-p", String(pid)]).then(
          ({ stdout }) => /^(.*\S)\s+(\d+)\s*$/.exec(stdout) ?? [],
          () => [],
        );
  return { name: basename(name), parent: Number(parent) };
}

/** The command line of a process; empty if it has ended, collected by its parent or not. */
export async function commandOf(pid: number): Promise<string> {
  const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  if (words !== undefined) return words.replaceAll("\0", " ");
  if (existsSync("/proc/self")) return "";
  return promisify(execFile)("ps", ["-ww", "-o", "args=", "-p", String(pid)]).then(
    ({ stdout }) => stdout.trim(),
    () => "",
  );
}

/** The processes that were started with this folder, or one in it, for their `TMPDIR`. Only Linux tells. */
export async function processesIn(folder: string): Promise<number[]> {
  const names = await readdir("/proc").catch(() => []);
  const pids = names.map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      // Compares bytes: an environment may hold anything.
      const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
      const isIn = environment.split("\0").some((setting) => `${setting}/`.startsWith(`TMPDIR=${folder}/`));
      return isIn && isAlive(pid);
    }),
  );
  return pids.filter((_, i) => found[i]);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Ended, and not yet collected by its parent: a signal reaches it all the same. Only Linux tells. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
