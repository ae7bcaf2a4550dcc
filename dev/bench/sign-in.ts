/**
 * `npm run bench:sign-in [-- --samples 100]`: how long a refused sign-in takes for accounts that exist and for accounts
 * that do not, in turns, on the local runtime and a real PostgreSQL; and what a hash costs.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { hashPassword } from "../../src/security/passwords.ts";
import { type Closeables, closing } from "../closing.ts";
import { CommandError, failWith } from "../config.ts";
import { freePort } from "../local/port.ts";
import { startWorker } from "../local/worker/worker.ts";
import { wholeNumberOption } from "../terminal.ts";
import { cpuOf, quantile, startDatabase } from "./tools.ts";

async function main(open: Closeables): Promise<void> {
  const samples = samplesFrom(process.argv.slice(2));
  const { origin, database } = await start(open);
  const sql = new pg.Client({ connectionString: database });
  await sql.connect();
  open.push(() => sql.end());
  await run(origin, sql, samples);
}

async function start(open: Closeables): Promise<{ origin: string; database: string }> {
  const folder = await mkdtemp(join(tmpdir(), "plinth-bench-"));
  open.push(() => rm(folder, { recursive: true, force: true }));
  const { url, endpoint } = await startDatabase(open);
  const port = await freePort();
  const bindings = {
    ENVIRONMENT: "development",
    SECRET_KEY: randomBytes(32).toString("hex"),
    DATABASE_URL: url,
    NEON_FETCH_ENDPOINT: endpoint,
  };
  const worker = startWorker({ port, inspectorPort: await freePort(), bindings, folder, onLog: () => {} });
  open.push(() => worker.close());
  await worker.ready;
  return { origin: `http://127.0.0.1:${port}`, database: url };
}

async function run(origin: string, sql: pg.Client, samples: number): Promise<void> {
  await sql.query(
    `insert into users (id, email, username, password_hash)
     select gen_random_uuid(), 'u' || n || '@example.com', 'user' || n, $1 from generate_series(0, $2::int) n`,
    [await hashPassword("the right password"), samples],
  );
  const refused = async (username: string): Promise<number> => {
    // The limits are not what is measured: every attempt is a first one.
    await sql.query("delete from throttles");
    const started = performance.now();
    const response = await fetch(`${origin}/api/v1/auth/login`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ username, password: "the wrong password" }),
    });
    await response.text();
    if (response.status === 429) {
      const seconds = Number(response.headers.get("Retry-After"));
      console.error(`The rate class of sign-in is exhausted: ${seconds} s until it lets another in.`);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
      return refused(username);
    }
    if (response.status !== 400) throw new CommandError(`A wrong password was answered with ${response.status}.`);
    return performance.now() - started;
  };
  for (let i = 0; i < 5; i++) await refused("user0");

  const [known, unknown]: [number[], number[]] = [[], []];
  const cpuBefore = await cpuOf("workerd");
  for (let i = 0; i < samples; i++) {
    // Takes turns at going first, so that whatever else the machine does happens to both.
    if (i % 2) known.push(await refused(`user${i}`));
    unknown.push(await refused(`nobody${i}`));
    if (i % 2 === 0) known.push(await refused(`user${i}`));
  }
  const cpu = (await cpuOf("workerd")) - cpuBefore;
  console.log(
    `${samples} refused sign-ins of each kind, in turns; wrangler dev and PostgreSQL on ${cpus().length} cores.`,
  );
  console.log(`known account    ${describe(known)}`);
  console.log(`unknown account  ${describe(unknown)}`);
  console.log(`medians differ by ${Math.abs(quantile(known, 0.5) - quantile(unknown, 0.5)).toFixed(2)} ms`);
  const each = cpu > 0 ? `${(cpu / samples / 2).toFixed(0)} ms` : "not known on this system";
  console.log(`CPU of workerd for each sign-in, its one hash included: ${each}`);
}

function describe(times: number[]): string {
  const [low, median, high] = [0.1, 0.5, 0.9].map((share) => quantile(times, share).toFixed(1));
  return `median ${median} ms, a tenth below ${low}, a tenth above ${high}`;
}

function samplesFrom(args: string[]): number {
  const { values } = parseArgs({ args, options: { samples: { type: "string", default: "100" } } });
  return wholeNumberOption("samples", values.samples, { min: 10, max: 100_000 });
}

await closing(main).catch(failWith);
