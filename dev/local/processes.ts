import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
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

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
