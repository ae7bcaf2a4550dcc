/**
 * `npm run bench:outages [-- --only modes,hang,drain,free,overlap,purge --mails 10000 --rows 1000000 --latency 5]`: what the
 * tasks do with a failing provider of mail, a backlog, the subrequests of the Free plan, and many expired rows.
 */
import { parseArgs } from "node:util";
import pg from "pg";
import { v7 as uuidv7 } from "uuid";
import { runner } from "../../src/context/run.ts";
import { Tasks } from "../../src/crud/tasks.ts";
import { connect } from "../../src/db/client.ts";
import type { LogEntry } from "../../src/log.ts";
import { transportFor } from "../../src/mail/transports.ts";
import type { Bindings } from "../../src/settings.ts";
import { runTasks } from "../../src/task/run.ts";
import { type Task, task } from "../../src/task/task.ts";
import { allTasks } from "../../src/tasks/index.ts";
import { mailTask } from "../../src/values.ts";
import { type Closeables, closing } from "../closing.ts";
import { failWith } from "../config.ts";
import { wholeNumberOption } from "../terminal.ts";
import { benchDeps, countedTaskBindings } from "./counted-task.ts";
import { type Mode, Provider } from "./provider.ts";
import { machine, startDatabase } from "./tools.ts";

const provider = new Provider();
const user = "00000000-0000-7000-8000-000000000001";
/** A task of another kind, which must get its turn beside a backlog of mails. */
const other = task({ name: "bench/other" }, async () => undefined);

type World = {
  ask: (text: string, values?: unknown[]) => Promise<Record<string, number>[]>;
  /** Runs tasks as one ring of the alarm does; answers its lines, and the seconds to which it set the alarm. */
  ring: (own?: Bindings) => Promise<{ logs: LogEntry[]; next: number; milliseconds: number }>;
  retry: () => Promise<unknown>;
};

async function main(open: Closeables): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  const world = await aWorld(open);
  provider.latency = options.latency;
  const studies = { modes, hang, drain, free, overlap, purge };
  for (const [name, study] of Object.entries(studies)) {
    if (options.only.split(",").includes(name)) await study(world, options);
  }
  console.log(machine());
}

async function aWorld(open: Closeables): Promise<World> {
  const { url, endpoint } = await startDatabase(open);
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  open.push(() => pool.end());
  const ask: World["ask"] = async (text, values = []) => (await pool.query(text, values)).rows;
  await ask("insert into users (id, email, username, password_hash) values ($1, 'u@app.test', 'u', 'x')", [user]);
  const mail = { RESEND_API_KEY: "re_12345678", FRONTEND_URL: "http://localhost", MAIL_FROM: "P <p@app.test>" };
  const list: readonly Task[] = [...allTasks, other];
  const db = connect({ DATABASE_URL: url, NEON_FETCH_ENDPOINT: endpoint, DATABASE_TIMEOUT_MS: 30_000 });
  const ring: World["ring"] = async (own = {}) => {
    const logs: LogEntry[] = [];
    let next = Number.POSITIVE_INFINITY;
    const ringWithin = async (seconds: number) => {
      next = Math.min(next, seconds);
    };
    const bindings = {
      ...countedTaskBindings(url, endpoint),
      ...mail,
      TASK_ALARM: { getByName: () => ({ ringWithin }) },
      ...own,
    };
    const deps = {
      ...benchDeps,
      transport: transportFor,
      tasks: list,
      log: (entry: LogEntry) => void logs.push(entry),
    };
    const started = performance.now();
    provider.subrequests = 0;
    await runTasks(bindings, deps);
    return { logs, next, milliseconds: performance.now() - started };
  };
  const retry = () => {
    const event = { id: uuidv7(), kind: "task.retried" as const };
    const which = { name: mailTask, state: "dead" as const };
    return runner(db)(Tasks.endRest(db, mailTask), Tasks.retryAll(db, which, 10_000, event));
  };
  await ring();
  return { ask, ring, retry };
}

async function fill({ ask }: World, count: number, recipient = "someone@app.test"): Promise<void> {
  await ask("delete from mails");
  await ask("delete from tasks");
  await ask("delete from throttles");
  provider.begin();
  provider.mode = "well";
  await ask(
    `insert into mails (id, user_id, kind, recipient, data)
     select gen_random_uuid(), $1, 'password_changed', $3, '{"name":"U"}' from generate_series(1, $2::int)`,
    [user, count, recipient],
  );
}

async function stateOf({ ask }: World) {
  const [row] = await ask(`select count(*)::int as total, count(sent_at)::int as sent,
    count(*) filter (where state = 'dead')::int as dead, coalesce(max(attempt), 0) as attempts
    from mails join tasks using (id)`);
  return { total: 0, sent: 0, dead: 0, attempts: 0, ...row };
}

/** Lets the time pass for which mails and their provider rest. */
async function forward({ ask }: World): Promise<void> {
  await ask("update tasks set run_at = now() where state = 'waiting'");
  await ask("update throttles set blocked_until = now()");
}

async function modes(world: World): Promise<void> {
  for (const mode of ["500", "429", "401", "422", "down", "poison"] satisfies Mode[]) {
    await fill(world, 60);
    if (mode === "poison")
      await world.ask("update mails set recipient = 'poison@app.test' where id in (select id from mails limit 10)");
    provider.mode = mode;
    const first = await world.ring();
    const callsOfFirst = provider.calls;
    let rounds = 1;
    for (; rounds < 14; rounds++) {
      await forward(world);
      await world.ring();
      const { sent, dead, total } = await stateOf(world);
      if (sent + dead === total) break;
    }
    const last = await stateOf(world);
    provider.mode = "well";
    await forward(world);
    await world.ring();
    const back = await stateOf(world);
    await world.retry();
    await world.ring();
    const retried = await stateOf(world);
    console.log(
      `${mode}: the first run called ${callsOfFirst} times in ${first.milliseconds.toFixed(0)} ms and set the alarm to ${first.next.toFixed(0)} s; ` +
        `after ${rounds + 1} runs: sent ${last.sent}, dead ${last.dead}, at most ${last.attempts} attempts; ` +
        `well again: sent ${back.sent}, dead ${back.dead}; retried: sent ${retried.sent}, dead ${retried.dead}; delivered twice ${provider.twice}`,
    );
  }
}

async function hang(world: World): Promise<void> {
  await fill(world, 50);
  provider.mode = "hangs";
  const { milliseconds, next } = await world.ring();
  const { dead } = await stateOf(world);
  console.log(
    `hangs: a run of 50 takes ${(milliseconds / 1_000).toFixed(0)} s and ${provider.calls} calls, dead ${dead}; the alarm is set to ${next.toFixed(0)} s`,
  );
}

async function drain(world: World, { mails }: Options): Promise<void> {
  await fill(world, mails);
  const started = performance.now();
  let [runs, most] = [0, 0];
  const enqueued = uuidv7();
  for (let next = 0; next === 0; runs++) {
    if (runs === 0)
      await world.ask("insert into tasks (id, name, input) values ($1, $2, '{}')", [enqueued, other.name]);
    ({ next } = await world.ring({ SUBREQUESTS: "10000" }));
    most = Math.max(most, provider.subrequests);
  }
  const [row] = await world.ask(
    "select extract(epoch from finished_at - created_at)::float8 as lag from tasks where id = $1",
    [enqueued],
  );
  console.log(
    `drain: ${mails} mails in ${((performance.now() - started) / 1_000).toFixed(0)} s, ${runs} runs, at most ${most} subrequests in one; ` +
      `sent ${(await stateOf(world)).sent}, delivered twice ${provider.twice}; a task of another kind waited ${row?.lag?.toFixed(1)} s`,
  );
}

async function free(world: World): Promise<void> {
  await fill(world, 1_000);
  provider.cap = 50;
  let runs = 0;
  for (let next = 0; next === 0; runs++) ({ next } = await world.ring({ SUBREQUESTS: "50" }));
  provider.cap = Number.POSITIVE_INFINITY;
  const { sent, dead, attempts } = await stateOf(world);
  console.log(
    `free: 1,000 mails with 50 subrequests a run: ${runs} runs; sent ${sent}, dead ${dead}, at most ${attempts} attempts, ` +
      `delivered twice ${provider.twice}, subrequests refused ${provider.refused}`,
  );
}

async function overlap(world: World): Promise<void> {
  await fill(world, 1_000);
  await Promise.all(Array.from({ length: 20 }, () => world.ring()));
  const { sent } = await stateOf(world);
  console.log(`overlap: 20 runs at once over 1,000 mails: sent ${sent}, delivered twice ${provider.twice}`);
}

async function purge(world: World, { rows }: Options): Promise<void> {
  await fill(world, 0);
  const kinds: [name: string, own: Bindings, table: string, insert: string][] = [
    [
      "purge-idempotency-keys",
      {},
      "idempotency_keys",
      `insert into idempotency_keys (user_id, key, fingerprint, created_at)
       select '${user}', 'k' || n, 'f', now() - interval '2 days' from generate_series(1, $1::int) n`,
    ],
    [
      "purge-audit-events",
      { AUDIT_RETENTION_DAYS: "30" },
      "audit_events",
      `insert into audit_events (id, kind, created_at)
       select ('01900000-' || lpad(to_hex(n >> 16), 4, '0') || '-7000-8000-' || lpad(to_hex(n & 65535), 12, '0'))::uuid,
       'sign_in.failed', now() - interval '31 days' from generate_series(1, $1::int) n`,
    ],
    [
      "purge-users",
      {},
      "users",
      `insert into users (id, email, username, password_hash, deleted_at)
       select gen_random_uuid(), 'gone' || n || '@app.test', 'gone' || n, 'x', now() - interval '1 year'
       from generate_series(1, $1::int) n`,
    ],
    [
      "purge-throttles",
      {},
      "throttles",
      `insert into throttles (key, attempts, last_attempt_at) select 'account:' || md5(n::text), 3, now() - interval '2 days'
       from generate_series(1, $1::int) n union all
       select 'familiar:' || md5(n::text), 0, now() - interval '2 days' from generate_series(1, $1::int) n`,
    ],
  ];
  for (const [name, own, table, insert] of kinds) {
    const count = table === "users" ? Math.ceil(rows / 50) : rows;
    await world.ask(insert, [count]);
    await world.ask(`analyze ${table}`);
    await world.ask("insert into tasks (id, name, input) values (gen_random_uuid(), $1, '{}')", [name]);
    let [runs, milliseconds] = [0, 0];
    for (let next = 0; next === 0; runs++) {
      const ring = await world.ring({ SUBREQUESTS: "10000", ...own });
      next = ring.next;
      milliseconds += ring.milliseconds;
    }
    const whose = table === "users" ? "where deleted_at is not null and purged_at is null" : "";
    const [left] = await world.ask(`select count(*)::int as count from ${table} ${whose}`);
    console.log(
      `${name}: ${count} expired rows in ${(milliseconds / 1_000).toFixed(0)} s, ${runs} runs; ${left?.count} rows are left`,
    );
  }
}

type Options = { only: string; mails: number; rows: number; latency: number };

function optionsFrom(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string", default: "modes,hang,drain,free,overlap,purge" },
      mails: { type: "string", default: "10000" },
      rows: { type: "string", default: "1000000" },
      latency: { type: "string", default: "5" },
    },
  });
  return {
    only: values.only,
    mails: wholeNumberOption("mails", values.mails, { min: 1, max: 1_000_000 }),
    rows: wholeNumberOption("rows", values.rows, { min: 1, max: 10_000_000 }),
    latency: wholeNumberOption("latency", values.latency, { min: 0, max: 10_000 }),
  };
}

await closing(main).catch(failWith);
