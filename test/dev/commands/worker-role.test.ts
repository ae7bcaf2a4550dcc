import { execFile } from "node:child_process";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, describe, expect, inject, it } from "vitest";
import { postgres } from "../../../dev/local/postgres.ts";
import { createDatabase } from "../../../dev/local/throwaway/database.ts";
import { migrate } from "../../../dev/migrations/migrate.ts";
import { makeWorkerRole, workerRole } from "../../../dev/migrations/worker-role.ts";

const { url, drop } = await createDatabase(inject("postgres"));
const database = postgres(url);
const role = workerRole(database.name);
const run = async (query: string) => (await database.run({ query, params: [] })).rows;
afterAll(async () => {
  await database.close();
  await drop();
});

async function command(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, DATABASE_URL: url };
  const running = promisify(execFile)(process.execPath, ["dev/commands/worker-role.ts", ...args], { env });
  return running.then(
    (printed) => ({ code: 0, ...printed }),
    (error) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
  );
}

async function as<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

describe("npm run db:role", () => {
  let worker = "";

  it("makes a role that signs in, also before the first migration, and prints nothing else", async () => {
    const { code, stdout } = await command();
    expect(code).toBe(0);
    worker = stdout.trim();
    expect(new URL(worker).username).toBe(role);
    expect((await as(worker, (client) => client.query("select current_user"))).rows).toStrictEqual([
      { current_user: role },
    ]);
  });

  it("has migrations grant what they make: rows and functions, the records only to be read, and nothing else", async () => {
    await migrate(database);
    const { denied, allowed } = await as(worker, async (client) => {
      const tried = async (query: string) =>
        client.query(query).then(
          () => "done",
          ({ code }) => code,
        );
      const allowed = [
        "select from users",
        "select from drizzle.__drizzle_migrations",
        "select is_admin(gen_random_uuid())",
      ];
      const denied = [
        "truncate audit_events",
        "drop table items",
        "alter table items disable trigger all",
        "create table own (id int)",
        "create function own() returns int language sql return 1",
        "delete from drizzle.__drizzle_migrations",
        "create role other",
      ];
      return { allowed: await each(allowed, tried), denied: await each(denied, tried) };
    });
    expect(new Set(Object.values(allowed))).toStrictEqual(new Set(["done"]));
    expect(new Set(Object.values(denied))).toStrictEqual(new Set(["42501"]));
  });

  it("grants tables that the owner makes by hand, at once, and takes back what is too much", async () => {
    await run("create table by_hand (id int generated always as identity)");
    await run(`grant all on users to ${role}`);
    await migrate(database);
    const privileges = await run(`
      select c.oid::regclass, string_agg(privilege_type, ' ' order by privilege_type)
      from pg_class as c, aclexplode(relacl) where grantee = '${role}'::regrole and relname in ('by_hand', 'users', 'by_hand_id_seq')
      group by 1, relname order by relname`);
    const rows = "DELETE INSERT SELECT UPDATE";
    expect(privileges).toStrictEqual([
      ["by_hand", rows],
      ["by_hand_id_seq", "USAGE"],
      ["users", rows],
    ]);
  });

  it("keeps its own style of times, whatever the database's is", async () => {
    await run(`alter database ${database.name} set datestyle = 'SQL, DMY'`);
    await run(`alter database ${database.name} set array_nulls = off`);
    const { rows } = await as(worker, (client) =>
      client.query("select current_setting('datestyle') as style, '{null}'::int[] as list"),
    );
    expect(rows).toStrictEqual([{ style: "ISO, MDY", list: [null] }]);
    await run(`alter role ${role} reset all`);
    await makeWorkerRole(database);
    expect((await as(worker, (client) => client.query("show datestyle"))).rows).toStrictEqual([
      { DateStyle: "ISO, MDY" },
    ]);
    await run(`alter database ${database.name} reset all`);
  });

  it("is repeatable, keeps the password unless a new one is asked for, and fails if a pipe would get nothing", async () => {
    const states = () =>
      run("select relname, xmin from pg_class where relnamespace = 'public'::regnamespace order by 1");
    const before = await states();
    const again = await command();
    expect([again.code, again.stdout]).toStrictEqual([1, ""]);
    expect(again.stderr).toContain(
      "Its password is unchanged. For another: --new-password. There is no connection string",
    );
    expect(await states()).toStrictEqual(before);
    await as(worker, (client) => client.query("select 1"));
    const anew = await command("--new-password");
    await expect(as(worker, (client) => client.query("select 1"))).rejects.toMatchObject({ code: "28P01" });
    await as(anew.stdout.trim(), (client) => client.query("select 1"));
  });

  it("refuses another environment's database, and a role that a Worker must not use", async () => {
    await run("comment on schema drizzle is 'plinth: staging'");
    const other = await command("--env", "production");
    expect([other.code, other.stdout]).toStrictEqual([1, ""]);
    expect(other.stderr).toContain("is the database of staging, not of production");
    for (const [power, fault] of [
      ["bypassrls", "may bypass row-level security"],
      ["superuser", "is a superuser"],
      ["createrole", "may make roles"],
    ]) {
      await run(`alter role ${role} ${power}`);
      await expect(makeWorkerRole(database)).rejects.toThrow(fault);
      await run(`alter role ${role} no${power}`);
    }
  });
});

async function each(queries: string[], tried: (query: string) => Promise<string>): Promise<Record<string, string>> {
  const results: Record<string, string> = {};
  for (const query of queries) results[query] = await tried(query);
  return results;
}
