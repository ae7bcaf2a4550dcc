/** Shared by the benchmarks: a database to measure, the arithmetic, and a table to print. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { cpus, loadavg, platform, totalmem } from "node:os";
import { promisify } from "node:util";
import { Problem } from "../config.ts";
import { asWorker } from "../local/as-worker.ts";
import { serveNeon } from "../local/neon.ts";
import { postgres } from "../local/postgres.ts";
import { startPostgres } from "../local/throwaway/postgres.ts";
import { migrate } from "../migrations/migrate.ts";

/** Functions that end what was started, called in reverse order. */
export type Closeables = (() => Promise<unknown>)[];

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

/** Runs `main` and then, even on failure, ends everything it pushed to `open`. */
export async function closing<T>(main: (open: Closeables) => Promise<T>): Promise<T> {
  const open: Closeables = [];
  try {
    return await main(open);
  } finally {
    for (const close of open.reverse()) await close();
  }
}

type Program = "workerd" | "postgres";

/** Milliseconds of CPU that programs of this name below this process have used, ended ones too; 0 without /proc. */
export async function cpuOf(program: Program): Promise<number> {
  let ticks = 0;
  for (const pid of await pidsOf(program)) {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    // Its own in user and system mode, and that of its children that have ended, as connections do.
    const used = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 15)
      .map(Number);
    ticks += used.reduce((sum, one) => sum + one, 0);
  }
  // Linux counts in hundredths of a second, whatever the machine.
  return ticks * 10;
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

/** Rows of text under their heads, the first column to the left and the others to the right. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? "").length)));
  const align = (cells: readonly string[]) =>
    widths.map((width, column) => {
      const cell = cells[column] ?? "";
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
  const rule = widths.map((width) => "-".repeat(width));
  return [heads, rule, ...rows].map((cells) => align(cells).join("  ").trimEnd()).join("\n");
}

/** The machine as it is, and what else it was doing. */
export function machine(): string {
  const [{ model = "unknown processor" } = {}, ...others] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const load = platform() === "win32" ? "" : `, load ${loadavg()[0]?.toFixed(1)} when it was done`;
  return `${others.length + 1} × ${model.trim()}, ${memory}, ${platform()}, Node ${process.versions.node}${load}`;
}

/** A whole number from the command line. Throws a {@link Problem} that names the option. */
export function wholeNumber(name: string, value: string, { min, max }: { min: number; max: number }): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new Problem(`--${name} must be a whole number from ${min} to ${max}.`);
}
