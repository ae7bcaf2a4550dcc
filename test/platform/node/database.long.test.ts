import { sql } from "drizzle-orm";
import { afterAll, describe, expect, inject, it } from "vitest";
import { copyDatabase } from "../../../dev/local/throwaway/database.ts";
import { type ConnectionSettings, connect } from "../../../src/db/client.ts";
import { fromDatabase } from "../../../src/db/errors.ts";
import { users } from "../../../src/db/schema.ts";
import type { RoundTrips } from "../../../src/db/wire.ts";
import { pooled } from "../../../src/platform/node/database.ts";

const { url, drop } = await copyDatabase(inject("postgres"), inject("template"));
const settings: ConnectionSettings = {
  DATABASE_URL: url,
  NEON_FETCH_ENDPOINT: inject("ownerEndpoint"),
  DATABASE_TIMEOUT_MS: 10_000,
};
const pool = pooled(2);
afterAll(async () => {
  await pool.close();
  await drop();
});
const trips = (mayRepeat = false): RoundTrips => ({ count: 0, milliseconds: 0, mayRepeat });
const db = (own: Partial<ConnectionSettings> = {}, of = trips()) => pool.connect({ ...settings, ...own }, of);
/** The code of the API's error, and the fields that would be logged. */
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => "none",
    (thrown) => {
      const { code, cause } = fromDatabase(thrown);
      return { code, ...Reflect.get(Object(cause), "fields") };
    },
  );

describe("a pool of connections", () => {
  it("answers as Neon's driver does, value by value", async () => {
    const values = sql`select 1 as int, 9007199254740993::bigint as big, 1.10::numeric as num, true as yes, null as nothing,
      '2026-11-01T12:00:00.5Z'::timestamptz as at, array['2026-11-01T12:00:00Z'::timestamptz, null] as times,
      '{"a": [1, null]}'::jsonb as json, array['a', 'b,c'] as texts, '\\x00ff'::bytea as bytes, 'é' as text`;
    const [here, there] = [await db().execute(values), await connect(settings).execute(values)];
    expect(here.rows).toStrictEqual(there.rows);
    const columns = [await db().select().from(users).limit(1), await connect(settings).select().from(users).limit(1)];
    expect(columns[0]).toStrictEqual(columns[1]);
  });

  it("sends a batch as one round trip and one transaction", async () => {
    const counted = trips();
    const batch = db({}, counted);
    const [{ rows: one }, { rows: two }] = await batch.batch([
      batch.execute<{ id: string }>(sql`select txid_current()::text as id`),
      batch.execute<{ id: string }>(sql`select txid_current()::text as id`),
    ]);
    expect(one).toStrictEqual(two);
    expect(counted.count).toBe(1);
  });

  it("undoes a batch of which one statement fails, and goes on", async () => {
    await db().execute(sql`create table purses (name text primary key)`);
    const batch = db();
    const failing = batch.batch([
      batch.execute(sql`insert into purses values ('a')`),
      batch.execute(sql`insert into purses values (null)`),
      batch.execute(sql`insert into purses values ('b')`),
    ]);
    expect(await errorOf(failing)).toMatchObject({ code: "validation_failed", sqlstate: "23502", column: "name" });
    for (let i = 0; i < 4; i++) expect((await db().execute(sql`select * from purses`)).rows).toStrictEqual([]);
  });

  it("sends a batch once more after a deadlock, also one that writes, with one effect", async () => {
    await db().execute(sql`create table debts (name text)`);
    await db().execute(sql`create sequence meetings`);
    const lock = (name: string) => sql`select pg_advisory_xact_lock(hashtext(${name}))`;
    // A sequence is not undone: a second attempt waits for nobody.
    const meet = sql`do $$ begin
      perform nextval('meetings');
      while (select last_value < 2 from meetings) loop perform pg_sleep(0.01); end loop;
    end $$`;
    const write = async (first: string, second: string) => {
      const counted = trips();
      const batch = db({}, counted);
      const statements = [sql`insert into debts values (${first})`, lock(first), meet, lock(second)];
      const [one, ...others] = statements.map((statement) => batch.execute(statement));
      if (one) await batch.batch([one, ...others]);
      return counted.again ?? 0;
    };
    expect((await Promise.all([write("a", "b"), write("b", "a")])).sort()).toStrictEqual([0, 1]);
    expect((await db().execute(sql`select name from debts order by name`)).rows).toStrictEqual([
      { name: "a" },
      { name: "b" },
    ]);
  });

  it("has a statement that comes again prepared, also twice in a batch, and goes on after a migration of its columns", async () => {
    await db().execute(sql`create table rates (rate int)`);
    await db().execute(sql`insert into rates values (1)`);
    const rates = () => db().execute(sql`select * from rates`);
    for (let i = 0; i < 10; i++) expect((await rates()).rows).toStrictEqual([{ rate: 1 }]);
    const batch = db();
    const more = () => batch.execute(sql`select rate + 1 as more from rates`);
    // The third and the fourth have a name, and PostgreSQL knows it only after it was asked.
    const [one, two, three, four, held] = await batch.batch([
      more(),
      more(),
      more(),
      more(),
      batch.execute(sql`select statement from pg_prepared_statements where statement like '%rate + 1 as more%'`),
    ]);
    expect([one.rows, two.rows, three.rows, four.rows]).toStrictEqual(Array(4).fill([{ more: 2 }]));
    expect(held.rows).toStrictEqual([{ statement: "select rate + 1 as more from rates" }]);
    await db().execute(sql`alter table rates alter rate type text, add note text`);
    // Each of the connections has the plan of before.
    const answers = await Promise.all(Array.from({ length: 6 }, rates));
    for (const answer of answers) expect(answer.rows).toStrictEqual([{ rate: "1", note: null }]);
  });

  it("ends connections that hold statements of before a migration, so that these do not add up", async () => {
    const own = pooled(2);
    const ask = (text: string) => own.connect(settings, trips()).execute(sql.raw(text));
    const onBoth = (text: string) => Promise.all([ask(text), ask(text)]);
    const held = async () => {
      const answers = await onBoth("select name from pg_prepared_statements where name like 'plinth%'");
      return answers.map(({ rows }) => rows.map(({ name }) => String(name).split("_")[1]));
    };
    await ask("create table plans (plan int)");
    for (const type of ["text", "int", "text"]) {
      for (let turn = 0; turn < 4; turn++) {
        for (const text of ["select * from plans", "select 11", "select 12", "select 13"]) await onBoth(text);
      }
      for (const generations of await held()) {
        expect(generations.length).toBeGreaterThanOrEqual(4);
        expect(new Set(generations).size).toBe(1);
      }
      await ask(`alter table plans alter plan type ${type} using null`);
    }
    await own.close();
  });

  it("prepares no more than a bound, whatever comes", async () => {
    for (let i = 0; i < 400; i++) {
      for (let turn = 0; turn < 4; turn++) await db().execute(sql.raw(`select ${i}`));
    }
    const { rows } = await db().execute(sql`select count(*)::int as count from pg_prepared_statements`);
    expect(Number(rows[0]?.count)).toBeLessThanOrEqual(150);
  });

  it("takes one statement at a time, so that none hides in another", async () => {
    expect(await errorOf(db().execute(sql`select 1; select 2`))).toMatchObject({ sqlstate: "42601" });
  });

  it("begins transactions that end with their connection", async () => {
    const counted = trips();
    const terms = { isolation: "serializable", timeout: 5_000 };
    const kept = await pool.begin(settings, counted, terms);
    await kept.db.execute(sql`insert into purses values ('kept')`);
    await kept.commit();
    kept.close();
    const lost = await pool.begin(settings, counted, terms);
    await lost.db.execute(sql`insert into purses values ('lost')`);
    lost.close();
    expect((await db().execute(sql`select name from purses`)).rows).toStrictEqual([{ name: "kept" }]);
    // Of the two connections, none is still in a transaction, once PostgreSQL knows that one was closed.
    const inTransactions = sql`select count(*) from pg_stat_activity
      where datname = current_database() and state like 'idle in transaction%'`;
    await expect.poll(async () => (await db().execute(inTransactions)).rows).toStrictEqual([{ count: "0" }]);
  });
});

describe("promise 20: a database behind a pool", () => {
  it("that cannot be reached is unavailable, and is asked once more for a read", async () => {
    const gone = { DATABASE_URL: "postgresql://u:p@127.0.0.1:1/d" };
    const [read, write] = [trips(true), trips()];
    const error = { code: "database_unavailable", fault: "refused" };
    expect(await errorOf(db(gone, write).execute(sql`select 1`))).toMatchObject(error);
    expect(await errorOf(db(gone, read).execute(sql`select 1`))).toMatchObject(error);
    expect([write.count, read.count, read.again]).toStrictEqual([1, 2, 1]);
  });

  it("that does not answer in time is given up, and its connection with it", async () => {
    const slow = { DATABASE_TIMEOUT_MS: 200 };
    const started = Date.now();
    expect(await errorOf(db(slow).execute(sql`select pg_sleep(30)`))).toMatchObject({ code: "database_unavailable" });
    expect(Date.now() - started).toBeLessThan(20_000);
    expect((await db().execute(sql`select 1 as one`)).rows).toStrictEqual([{ one: 1 }]);
  });

  it("that ends its connections is asked once more for a read, which then succeeds", async () => {
    const ending = sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and application_name = 'plinth'`;
    // Both connections are idle, and one ends the other.
    await Promise.all([db().execute(sql`select pg_sleep(0.05)`), db().execute(sql`select pg_sleep(0.05)`)]);
    await connect(settings).execute(ending);
    for (let i = 0; i < 4; i++)
      expect((await db({}, trips(true)).execute(sql`select 1 as one`)).rows).toStrictEqual([{ one: 1 }]);
    const writing = errorOf(db().execute(sql`select pg_sleep(30)`));
    const begun = sql`select from pg_stat_activity
      where datname = current_database() and state = 'active' and query = 'select pg_sleep(30)'`;
    await expect.poll(async () => (await connect(settings).execute(begun)).rows).toHaveLength(1);
    await connect(settings).execute(ending);
    expect(await writing).toMatchObject({ code: "database_unavailable" });
  });

  it("that has no connection left lets a call wait no longer than its deadline", async () => {
    const own = { DATABASE_TIMEOUT_MS: 700 };
    const holders = [0, 1].map(() => errorOf(db(own).execute(sql`select pg_sleep(30)`)));
    const started = Date.now();
    expect(await errorOf(db(own).execute(sql`select 1`))).toMatchObject({ code: "database_unavailable" });
    expect(Date.now() - started).toBeLessThan(20_000);
    await Promise.all(holders);
  });
});
