import { v7 as uuidv7 } from "uuid";
import { defaultDeps } from "../../src/app.ts";
import { runner } from "../../src/context/run.ts";
import type { Database } from "../../src/db/client.ts";
import { keysFor } from "../../src/security/keys.ts";
import { type Bindings, settingsFrom } from "../../src/settings.ts";
import type { Task } from "../../src/task/task.ts";
import { allTasks } from "../../src/tasks/index.ts";
import type { LocalDatabase } from "../local/database.ts";
import { type Growth, growths } from "./growth.ts";

export type Year = {
  /** Rows and bytes of a table at the end, as many as all of the traffic leaves, and its rows of the last day. */
  table: string;
  perDay: number;
  rows: number;
  bytes: number;
  /** True if it has as many rows after half of the time: it is as large as it gets. */
  isSteady: boolean;
  bound: string;
  /** The share of its time that the purge needs, of the one hour until the next; 0 without one. */
  load: number;
};

type Options = { rps: number; days: number; sample: number };
type Place = { owner: LocalDatabase; worker: Database; bindings: Bindings };

/**
 * Makes the rows that so many days of traffic leave, each of its age, and runs the real purges, to which the time of a row
 * is all that counts. Makes `sample` rows at most, in proportion, and reckons from them.
 */
export async function simulate({ owner, worker, bindings }: Place, { rps, days, sample }: Options): Promise<Year[]> {
  const seconds = days * 24 * 60 * 60;
  await owner.run({
    query: `insert into users (id, email, username, password_hash) values ('${uuidv7()}', 'a@example.com', 'a', '')`,
    params: [],
  });
  const years: Year[] = [];
  for (const growth of growths) {
    const all = Math.max(1, Math.round(growth.perRequest * rps * seconds));
    const made = Math.min(all, sample);
    const scale = all / made;
    // Triggers count and enqueue, which the rows already say, and refuse to empty a table.
    const triggers = (verb: "enable" | "disable") =>
      owner.run({ query: `alter table ${growth.table} ${verb} trigger user`, params: [] });
    await triggers("disable");
    await owner.run({ query: insertion(growth, made, days), params: [] });
    await triggers("enable");
    const bytesPerRow = (await sizeOf(owner, growth.table)) / (await countOf(owner, growth.table));
    const before = await countOf(owner, growth.table);
    const started = Date.now();
    if (growth.purge !== "") await purged(worker, bindings, growth.purge);
    const took = (Date.now() - started) / 1_000;
    const left = await countOf(owner, growth.table);
    const old = await countOf(owner, growth.table, `${ageOf(growth)} < now() - interval '${days / 2} days'`);
    const removed = before - left;
    const perDay = all / days;
    const rows = Math.round(left * scale);
    years.push({
      table: growth.table,
      perDay: Math.round(perDay),
      rows,
      bytes: Math.round(rows * bytesPerRow),
      isSteady: old === 0,
      bound: growth.bound,
      load: removed === 0 ? 0 : perDay / 24 / (removed / took) / 3_600,
    });
    await triggers("disable");
    await owner.run({ query: `truncate ${growth.table} cascade`, params: [] });
  }
  return years;
}

function insertion({ table, columns, values }: Growth, rows: number, days: number): string {
  return `insert into ${table} (${columns}) select ${values} from (
    select n, now() - (n::float8 / ${rows}) * interval '${days} days' as t from generate_series(1, ${rows}) as n) as made`;
}

function ageOf({ columns }: Growth): string {
  return columns.includes("created_at") ? "created_at" : "last_attempt_at";
}

async function countOf(owner: LocalDatabase, table: string, where = "true"): Promise<number> {
  const { rows } = await owner.run({ query: `select count(*) from ${table} where ${where}`, params: [] });
  return Number(rows[0]?.[0]);
}

async function sizeOf(owner: LocalDatabase, table: string): Promise<number> {
  const { rows } = await owner.run({ query: `select pg_total_relation_size('${table}')`, params: [] });
  return Number(rows[0]?.[0]);
}

/** Runs this task to its end, outside of the engine. */
async function purged(db: Database, bindings: Bindings, name: string): Promise<void> {
  const task: Task | undefined = allTasks.find((one) => one.name === name);
  const settings = settingsFrom(bindings);
  if (!task || settings instanceof Error) throw new Error(`There is no task ${name}, or its settings are wrong`);
  const run = runner(db, { tasks: allTasks });
  const { now, transport } = defaultDeps;
  await task.perform(
    {
      ...{ db, run, step: run, settings, keys: await keysFor(settings), bindings, now, transport, outbox: [] },
      ...{
        log: () => undefined,
        mayGoOn: () => true,
        mayRepeat: () => true,
        signal: new AbortController().signal,
        attempt: 1,
      },
      ...{ idempotencyKey: uuidv7(), requestId: undefined },
    },
    {},
  );
}
