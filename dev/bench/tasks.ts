/**
 * `npm run bench:tasks [-- --tasks 10000 --kills 300 --kept 100000]`: tasks per second beside so many dead and done ones, the
 * lag from the commit of a task to its run, and their effects while runtimes and the database are killed.
 */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import pg from "pg";
import { v7 as uuidv7 } from "uuid";
import { runner } from "../../src/context/run.ts";
import type { Enqueued } from "../../src/context/types.ts";
import { connect } from "../../src/db/client.ts";
import { afterAnswer, runTasks } from "../../src/task/run.ts";
import { type Closeables, closing } from "../closing.ts";
import { failWith } from "../config.ts";
import { wholeNumberOption } from "../terminal.ts";
import { benchDeps, countedTask, countedTaskBindings } from "./counted-task.ts";
import { machine, quantile, startDatabase } from "./tools.ts";

const runtimes = 4;

async function main(open: Closeables): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  const { url, endpoint } = await startDatabase(open);
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  // Connections end with each kill of the database.
  pool.on("error", () => undefined);
  open.push(() => pool.end());
  const ask = async (text: string, values: unknown[] = []) => (await pool.query(text, values)).rows;
  await ask("create table bench_effects (n int not null, at timestamptz not null default clock_timestamp())");
  await ask(
    `insert into tasks (id, name, input, state, finished_at)
     select gen_random_uuid(), $2, '{}', case when n % 2 = 0 then 'done' else 'dead' end, now() from generate_series(1, $1::int) n`,
    [options.kept, countedTask.name],
  );
  await ask("vacuum analyze tasks");
  const fill = (from: number, count: number) =>
    ask(
      `insert into tasks (id, name, input)
       select gen_random_uuid(), $3, jsonb_build_object('n', n) from generate_series($1::int, $1::int + $2::int - 1) n`,
      [from, count, countedTask.name],
    );
  const bindings = countedTaskBindings(url, endpoint);

  await fill(0, 2_000);
  const started = performance.now();
  await runTasks(bindings, benchDeps);
  const [{ done }] = await ask("select count(*)::int as done from bench_effects");
  console.log(`swept: ${(done / ((performance.now() - started) / 1_000)).toFixed(0)} tasks/s by one runtime`);
  // A slow machine leaves some behind, which are not to count below.
  await ask("delete from tasks where state in ('waiting', 'running')");

  const db = connect({ DATABASE_URL: url, NEON_FETCH_ENDPOINT: endpoint, DATABASE_TIMEOUT_MS: 30_000 });
  for (let n = 1_000_000; n < 1_000_200; n++) {
    const enqueued: Enqueued[] = [];
    await runner(db, { tasks: benchDeps.tasks, enqueued, requestId: uuidv7() })(countedTask.later({ n }));
    await runTasks(bindings, benchDeps, { ids: enqueued.map(({ id }) => id), time: afterAnswer });
  }
  const lags = await ask(`select extract(epoch from e.at - t.created_at) * 1000 as lag from bench_effects e
    join tasks t on (t.input->>'n')::int = e.n where e.n >= 1000000`);
  const lag = (share: number) =>
    quantile(
      lags.map((row) => Number(row.lag)),
      share,
    ).toFixed(1);
  console.log(`woken: ${lag(0.5)} ms from commit to effect, p99 ${lag(0.99)} ms`);

  await ask("truncate bench_effects");
  await fill(2_000_000, options.tasks);
  await ask("checkpoint");
  const killed = await amidKills(url, endpoint, options, ask);
  const [result] = await ask(
    `select (select count(*)::int from bench_effects) as effects, (select count(distinct n)::int from bench_effects) as distinct_effects,
     count(*) filter (where state = 'done')::int as done, max(attempt) as attempts
     from tasks where (input->>'n')::int between 2000000 and 2999999`,
  );
  console.log(
    `${killed.runtimes} runtimes and ${killed.databases} databases killed in ${killed.seconds.toFixed(0)} s: ${options.tasks} tasks, ` +
      `done ${result.done}, lost ${options.tasks - result.distinct_effects}, effects ${result.effects}, ` +
      `double ${result.effects - result.distinct_effects}, at most ${result.attempts} attempts`,
  );
  console.log(machine());
  if (result.effects !== options.tasks || result.distinct_effects !== options.tasks) process.exitCode = 1;
}

type Options = { tasks: number; kills: number; kept: number };
type Ask = (text: string, values?: unknown[]) => Promise<Record<string, number>[]>;

/** Lets runtimes work until every task has ended, and kills them and the database in between. */
async function amidKills(url: string, endpoint: string, { kills }: Options, ask: Ask) {
  const started = performance.now();
  const killed = { runtimes: 0, databases: 0 };
  const start = () => fork(join(import.meta.dirname, "task-runtime.ts"), [url, endpoint], { stdio: "inherit" });
  const running: ChildProcess[] = Array.from({ length: runtimes }, start);
  try {
    while (killed.runtimes + killed.databases < kills) {
      await wait(Math.random() * 400);
      // A backend that is killed makes PostgreSQL end all others, and recover from its log.
      if (Math.random() < 0.05) killed.databases += (await killDatabase(ask)) ? 1 : 0;
      else {
        const [victim] = running.splice(Math.floor(Math.random() * running.length), 1);
        victim?.kill("SIGKILL");
        killed.runtimes += 1;
        running.push(start());
      }
    }
    for (;;) {
      const [row] = await ask(
        "select count(*)::int as open from tasks where state in ('waiting', 'running') and (input->>'n')::int >= 2000000",
      ).catch(() => []);
      if (row?.open === 0) return { ...killed, seconds: (performance.now() - started) / 1_000 };
      await wait(200);
    }
  } finally {
    for (const one of running) one.kill("SIGKILL");
  }
}

async function killDatabase(ask: Ask): Promise<boolean> {
  const [row] = await ask("select pg_backend_pid() as pid").catch(() => []);
  try {
    return row?.pid !== undefined && process.kill(row.pid, "SIGKILL");
  } catch {
    // Gone with the kill before.
    return false;
  }
}

function optionsFrom(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      tasks: { type: "string", default: "10000" },
      kills: { type: "string", default: "300" },
      kept: { type: "string", default: "100000" },
    },
  });
  return {
    tasks: wholeNumberOption("tasks", values.tasks, { min: 1, max: 1_000_000 }),
    kills: wholeNumberOption("kills", values.kills, { min: 0, max: 100_000 }),
    kept: wholeNumberOption("kept", values.kept, { min: 0, max: 10_000_000 }),
  };
}

await closing(main).catch(failWith);
