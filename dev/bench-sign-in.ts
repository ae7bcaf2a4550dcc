/**
 * `npm run bench:sign-in [-- --samples 100]`: how long a refused sign-in takes for accounts that exist and for accounts
 * that do not, in turns, on the local runtime and a real PostgreSQL; and what a hash costs.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import pg from "pg";
import { hashPassword } from "../src/security/passwords.ts";
import { freePort } from "../test/setup/port.ts";
import { startPostgres } from "../test/setup/postgres.ts";
import { failWith, Problem } from "./config.ts";
import { migrate } from "./migrate.ts";
import { serveNeon } from "./neon.ts";
import { postgres } from "./postgres.ts";
import { startWrangler } from "./wrangler.ts";

type Closeable = () => Promise<unknown>;

async function main(): Promise<void> {
  const samples = samplesFrom(process.argv.slice(2));
  const open: Closeable[] = [];
  try {
    const { origin, database } = await start(open);
    const sql = new pg.Client({ connectionString: database });
    await sql.connect();
    open.push(() => sql.end());
    await run(origin, sql, samples);
  } finally {
    for (const close of open.reverse()) await close();
  }
}

async function start(open: Closeable[]): Promise<{ origin: string; database: string }> {
  const folder = await mkdtemp(join(tmpdir(), "plinth-bench-"));
  open.push(() => rm(folder, { recursive: true, force: true }));
  const server = await startPostgres();
  open.push(() => server.stop());
  const backend = postgres(server.database);
  open.push(() => backend.close());
  await migrate(backend);
  const neon = await serveNeon(backend);
  open.push(() => neon.close());
  const port = await freePort();
  const bindings = {
    ENVIRONMENT: "development",
    SECRET_KEY: randomBytes(32).toString("hex"),
    DATABASE_URL: server.database,
    NEON_FETCH_ENDPOINT: neon.url,
  };
  const wrangler = await startWrangler({ port, bindings, folder, quiet: true });
  open.push(() => wrangler.close());
  await wrangler.ready;
  return { origin: `http://127.0.0.1:${port}`, database: server.database };
}

async function run(origin: string, sql: pg.Client, samples: number): Promise<void> {
  await sql.query(
    `insert into users (id, email, username, password_hash)
     select gen_random_uuid(), 'u' || n || '@example.com', 'user' || n, $1 from generate_series(0, $2::int) n`,
    [await hashPassword("the right password"), samples],
  );
  const refused = async (username: string) => {
    // The limits are not what is measured: every attempt is a first one.
    await sql.query("delete from throttles");
    const started = performance.now();
    const response = await fetch(`${origin}/api/v1/auth/login`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ username, password: "the wrong password" }),
    });
    await response.text();
    if (response.status !== 400) throw new Problem(`A wrong password was answered with ${response.status}.`);
    return performance.now() - started;
  };
  for (let i = 0; i < 5; i++) await refused("user0");

  const [known, unknown]: [number[], number[]] = [[], []];
  const cpuBefore = await workerdCpu();
  for (let i = 0; i < samples; i++) {
    // In turns, and each first every other time: what the machine does meanwhile happens to both.
    if (i % 2) known.push(await refused(`user${i}`));
    unknown.push(await refused(`nobody${i}`));
    if (i % 2 === 0) known.push(await refused(`user${i}`));
  }
  const cpu = (await workerdCpu()) - cpuBefore;
  console.log(
    `${samples} refused sign-ins of each kind, in turns; wrangler dev and PostgreSQL on ${cpus().length} cores.`,
  );
  console.log(`known account    ${describe(known)}`);
  console.log(`unknown account  ${describe(unknown)}`);
  console.log(`medians differ by ${Math.abs(quantile(known, 0.5) - quantile(unknown, 0.5)).toFixed(2)} ms`);
  const each = cpu > 0 ? `${(cpu / samples / 2).toFixed(0)} ms` : "not known on this system";
  console.log(`CPU of workerd for each sign-in, its one hash included: ${each}`);
}

/** Milliseconds of CPU that the runtimes below this process have used; 0 where the system has no /proc. */
async function workerdCpu(): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,comm="]);
  const all = stdout.split("\n").map((line) => line.trim().split(/\s+/));
  const family = new Set([String(process.pid)]);
  for (const [pid = "", parent = ""] of all.toSorted(([a], [b]) => Number(a) - Number(b))) {
    if (family.has(parent)) family.add(pid);
  }
  let ticks = 0;
  for (const [pid = "", , name = ""] of all) {
    if (!family.has(pid) || !name.endsWith("workerd")) continue;
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    const [user = 0, system = 0] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13)
      .map(Number);
    ticks += user + system;
  }
  // Linux counts in hundredths of a second, whatever the machine.
  return ticks * 10;
}

function describe(times: number[]): string {
  const [low, median, high] = [0.1, 0.5, 0.9].map((share) => quantile(times, share).toFixed(1));
  return `median ${median} ms, a tenth below ${low}, a tenth above ${high}`;
}

function quantile(times: number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [below = 0, above = 0] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at % 1);
}

function samplesFrom(args: string[]): number {
  const { values } = parseArgs({ args, options: { samples: { type: "string", default: "100" } } });
  const samples = Number(values.samples);
  if (Number.isInteger(samples) && samples >= 10) return samples;
  throw new Problem("--samples must be a whole number from 10.");
}

await main().catch(failWith);
