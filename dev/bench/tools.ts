/** Shared by the benchmarks: a database to measure, the machine, and the arithmetic. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { cpus, loadavg, platform, totalmem } from "node:os";
import { promisify } from "node:util";
import type { Closeables } from "../closing.ts";
import { asWorker } from "../local/as-worker.ts";
import { serveNeon } from "../local/neon.ts";
import { postgres } from "../local/postgres.ts";
import { startPostgres } from "../local/throwaway/postgres.ts";
import { migrate } from "../migrations/migrate.ts";

/** A real PostgreSQL of this command's own, migrated, behind the local endpoint that speaks Neon's HTTP. */
export async function startDatabase(open: Closeables): Promise<{ url: string; endpoint: string }> {
  const server = await startPostgres();
  open.push(() => server.stop());
  const owner = postgres(server.database);
  open.push(() => owner.close());
  await migrate(owner);
  const backend = await asWorker(owner, server.database);
  open.push(() => backend.close());
  const neon = await serveNeon(backend);
  open.push(() => neon.close());
  return { url: server.database, endpoint: neon.url };
}

type Program = "workerd" | "postgres";

/** Milliseconds of CPU that programs of this name below this process have used, ended ones too; 0 without /proc. */
export async function cpuOf(program: Program): Promise<number> {
  const used = await Promise.all((await pidsOf(program)).map(cpuOfProcess));
  return used.reduce((sum, one) => sum + one, 0);
}

/** Milliseconds of CPU that a process, its threads and its children that have ended have used; 0 without /proc. */
export async function cpuOfProcess(pid: string | number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // Its own in user and system mode, and that of its children, as connections of PostgreSQL are.
  const ticks = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15)
    .map(Number);
  // Linux counts in hundredths of a second, whatever the machine.
  return ticks.reduce((sum, one) => sum + one, 0) * 10;
}

/** Megabytes of memory that programs of this name below this process hold; 0 where the system has no /proc. */
export async function memoryOf(program: Program): Promise<number> {
  let kilobytes = 0;
  for (const pid of await pidsOf(program)) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    kilobytes += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return kilobytes / 1_024;
}

async function pidsOf(program: Program): Promise<string[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,comm="]);
  const all = stdout.split("\n").map((line) => line.trim().split(/\s+/));
  const family = new Set([String(process.pid)]);
  for (const [pid = "", parent = ""] of all.toSorted(([a], [b]) => Number(a) - Number(b))) {
    if (family.has(parent)) family.add(pid);
  }
  return all.flatMap(([pid = "", , name = ""]) => (family.has(pid) && name.endsWith(program) ? [pid] : []));
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [below = 0, above = 0] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at % 1);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The machine as it is, and what else it was doing. */
export function machine(): string {
  const [{ model = "unknown processor" } = {}, ...others] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const load = platform() === "win32" ? "" : `, load ${loadavg()[0]?.toFixed(1)} when it was done`;
  return `${others.length + 1} × ${model.trim()}, ${memory}, ${platform()}, Node ${process.versions.node}${load}`;
}
