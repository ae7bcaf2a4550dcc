/**
 * `npm run bench:pages [-- --rows 1000000 --runs 9 --plans]`: what page 1 and a deep page cost Postgres, by keyset and by
 * OFFSET, in a table of that many items of one owner. A PostgreSQL of its own; the queries of src/crud/items.ts.
 */
import { parseArgs } from "node:util";
import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import pg from "pg";
import { v7 as uuidv7 } from "uuid";
import { type ItemFilter, type ItemSort, Items, itemColumns, itemQueries } from "../../src/crud/items.ts";
import type { Position } from "../../src/crud/keyset.ts";
import { connect, type Database } from "../../src/db/client.ts";
import { type Closeables, closing } from "../closing.ts";
import { CommandError, failWith } from "../config.ts";
import { textTable, wholeNumberOption } from "../terminal.ts";
import { machine, median, startDatabase } from "./tools.ts";

const pageSize = 20;
const deepPage = 10_000;
/** Rows in one INSERT. */
const batchSize = 50_000;

type Options = { rows: number; runs: number; plans: boolean };
type List = { name: string; sort: ItemSort; filter: ItemFilter };

async function main(open: Closeables): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  const { url, endpoint } = await startDatabase(open);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  open.push(() => client.end());
  const owner = uuidv7();
  await fill(client, owner, options.rows);
  const db = connect({ DATABASE_URL: url, NEON_FETCH_ENDPOINT: endpoint, DATABASE_TIMEOUT_MS: 120_000 });

  const rows: string[][] = [];
  for (const list of listsOf(owner)) rows.push(await measure(db, list, options));
  const heads = ["list", "page", "keyset: 1", "deep", "ratio", "OFFSET: 1", "deep", "ratio"];
  console.log(`\n${textTable(heads, rows)}\n`);
  console.log(`Milliseconds in PostgreSQL, medians of ${options.runs} runs in turns, pages of ${pageSize}.`);
  console.log(machine());
}

/** Every sort, and what else makes a plan of its own. */
function listsOf(ownerId: string): List[] {
  const live = { ownerId, status: "live" } as const;
  const recent = new Date(Date.now() - 3_600_000).toISOString();
  return [
    { name: "-created_at", sort: "-created_at", filter: live },
    { name: "-updated_at", sort: "-updated_at", filter: live },
    { name: "title", sort: "title", filter: live },
    { name: "-created_at, created_before", sort: "-created_at", filter: { ...live, createdBefore: recent } },
    { name: "-created_at, status=deleted", sort: "-created_at", filter: { ownerId, status: "deleted" } },
    { name: "-relevance, 1 of 4 match", sort: "-relevance", filter: { ...live, q: "quarter" } },
    { name: "-relevance, 1 of 100 match", sort: "-relevance", filter: { ...live, q: "hundredth" } },
    { name: "-relevance, 1 of 1,000 match", sort: "-relevance", filter: { ...live, q: "rare" } },
    { name: "-created_at, 1 of 1,000 match", sort: "-created_at", filter: { ...live, q: "rare" } },
    // Without an index of their own.
    { name: "title, 1 of 1,000 match", sort: "title", filter: { ...live, q: "rare" } },
    { name: "title, created_before", sort: "title", filter: { ...live, createdBefore: recent } },
  ];
}

/** One million items of one owner, and a twentieth as many of a thousand others. Indexes are made last: it is faster. */
async function fill(client: pg.Client, owner: string, rows: number): Promise<void> {
  const started = Date.now();
  const progress = (text: string) =>
    console.error(`${((Date.now() - started) / 1_000).toFixed(0).padStart(4)} s  ${text}`);
  await client.query(
    `insert into users (id, email, username, password_hash)
     select case n when 0 then $1::uuid else uuidv7() end, n || '@example.com', 'user' || n, '' from generate_series(0, 1000) n`,
    [owner],
  );
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes where tablename = 'items' and indexname <> 'items_pkey'`,
  );
  for (const { name } of indexes) await client.query(`drop index ${client.escapeIdentifier(name)}`);
  for (let from = 0; from < rows; from += batchSize) {
    await client.query(insertItems(`$1::uuid`), [owner, from, Math.min(from + batchSize, rows) - 1, rows]);
    progress(`${Math.min(from + batchSize, rows).toLocaleString("en")} of ${rows.toLocaleString("en")} items`);
  }
  const other = `(select id from users where username = 'user' || (1 + n % 1000) and id <> $1::uuid)`;
  await client.query(insertItems(other), [owner, 0, Math.ceil(rows / 20), rows]);
  await client.query("set maintenance_work_mem = '256MB'");
  for (const { name, definition } of indexes) {
    await client.query(definition);
    progress(name);
  }
  await client.query("vacuum analyze items");
  progress("vacuum analyze");
}

/** Ten items share a moment, so that ties count; one in a hundred is deleted; the words of the searches are spread evenly. */
function insertItems(owner: string): string {
  return `
    insert into items (id, owner_id, title, description, created_at, updated_at, deleted_at)
    select uuidv7((n - $4::int) * interval '1 second'), ${owner},
      md5(n::text) || case when n % 4 = 0 then ' quarter' else '' end || case when n % 1000 = 7 then ' rare' else '' end || case when n % 100 = 11 then ' hundredth' else '' end,
      'Item ' || n || ' of a table that is as long as it must be to tell what a deep page costs',
      now() + (n / 10 * 10 - $4::int) * interval '1 second',
      now() - (n::bigint * 7919 % $4::int) * interval '1 second',
      case when n % 100 = 3 then now() end
    from generate_series($2::int, $3::int) n`;
}

async function measure(db: Database, { name, sort, filter }: List, { runs, plans }: Options): Promise<string[]> {
  const pageAfter = (after?: Position) => itemQueries(db, filter, sort, { after, limit: pageSize + 1 });
  const byOffset = (rows: number) => pageAfter().map((query) => skipping(rows, query));
  const [{ total = 0 } = {}] = await Items.count(db, filter);
  // Uses the last page of a short list.
  const page = Math.max(2, Math.min(deepPage, Math.floor(total / pageSize)));
  const skipped = (page - 1) * pageSize;
  const before = itemQueries(db, filter, sort, { after: undefined, limit: 1 }).map((query) =>
    positionsIn(db, skipping(skipped - 1, query)),
  );
  const [last] = (await Promise.all(before)).flat();
  if (!last) throw new CommandError(`${name} has no page ${page}.`);
  const queries: Record<string, SQLWrapper[]> = {
    "page 1": pageAfter(),
    [`page ${page} by keyset`]: pageAfter(last),
    "page 1 by OFFSET": byOffset(0),
    [`page ${page} by OFFSET`]: byOffset(skipped),
  };
  const times = Object.values(queries).map((all) => ({ all, milliseconds: [] as number[] }));
  // The first round reads what the others find in memory.
  for (let run = 0; run <= runs; run++) {
    for (const { all, milliseconds } of times) {
      let spent = 0;
      for (const query of all) spent += executionTime(await plan(db, query, sql`analyze, timing off, serialize text`));
      if (run > 0) milliseconds.push(spent);
    }
  }
  if (plans) {
    for (const [title, all] of Object.entries(queries)) {
      for (const query of all) console.log(`\n${name}, ${title}\n${await plan(db, query, sql`analyze, buffers`)}`);
    }
  }
  const [near = 0, deep = 0, offsetNear = 0, offsetDeep = 0] = times.map(({ milliseconds }) => median(milliseconds));
  const figures = [
    ms(near),
    ms(deep),
    ratio(near, deep),
    ms(offsetNear),
    ms(offsetDeep),
    ratio(offsetNear, offsetDeep),
  ];
  return [name, page.toLocaleString("en"), ...figures];
}

/** The positions of the rows of a query, whose columns have no names outside of drizzle. */
async function positionsIn(db: Database, query: SQL): Promise<Position[]> {
  const columns = sql.raw([...Object.keys(itemColumns), "key"].join());
  const { rows } = await db.execute<Position>(sql`select id, key from (${query}) as found (${columns})`);
  return rows;
}

function skipping(rows: number, query: SQLWrapper): SQL {
  return sql`${query.getSQL()} offset ${rows}`;
}

/** The query's plan after it ran: with the time of each of its values' way into text, as it would be sent. */
async function plan(db: Database, query: SQLWrapper, options: SQL): Promise<string> {
  const { rows } = await db.execute<{ "QUERY PLAN": string }>(sql`explain (${options}) ${query.getSQL()}`);
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}

function executionTime(plan: string): number {
  return Number(/^Execution Time: ([\d.]+) ms$/m.exec(plan)?.[1]);
}

function ms(value: number): string {
  return value.toFixed(value < 10 ? 3 : 0);
}

function ratio(near: number, deep: number): string {
  return (deep / near).toFixed(deep / near < 10 ? 2 : 0);
}

function optionsFrom(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: "string", default: "1000000" },
      runs: { type: "string", default: "9" },
      plans: { type: "boolean", default: false },
    },
  });
  return {
    rows: wholeNumberOption("rows", values.rows, { min: 50_000, max: 10_000_000 }),
    runs: wholeNumberOption("runs", values.runs, { min: 1, max: 1_000 }),
    plans: values.plans,
  };
}

await closing(main).catch(failWith);
