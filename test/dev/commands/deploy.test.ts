import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { LocalDatabase } from "../../../dev/local/database.ts";
import { postgres } from "../../../dev/local/postgres.ts";
import { createDatabase, type ThrowawayDatabase } from "../../../dev/local/throwaway/database.ts";

const project = join(import.meta.dirname, "../../..");
let created: ThrowawayDatabase;
let database: LocalDatabase;

beforeAll(async () => {
  created = await createDatabase(inject("postgres"));
  database = postgres(created.url);
});
afterAll(async () => {
  await database.close();
  await created.drop();
});

/** Runs a command with this `DATABASE_URL` alone; resolves with its exit code and all that it said. */
async function command(name: string, args: string[], url = "", more: Record<string, string> = {}) {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, WRANGLER_SEND_METRICS: "false", DATABASE_URL: url, ...more };
  const running = promisify(execFile)(process.execPath, [`dev/commands/${name}.ts`, ...args], { cwd: project, env });
  return running.then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code: Number(code), said: `${stdout}${stderr}` }),
  );
}

const elsewhere = "postgres://someone:secret@db.invalid/plinth";

describe("promise 28: npm run ship, and npm run deploy, which is the same", () => {
  it.each([
    ["without DATABASE_URL", ["--env", "production"], "", "DATABASE_URL is not set"],
    ["to a database on this machine", ["staging"], "postgres://postgres:secret@127.0.0.1:1/x", "cannot reach"],
  ])("refuses %s", async (_, args, url, sentence) => {
    const { code, said } = await command("ship", args, url);
    expect(code).toBe(1);
    expect(said).toContain(sentence);
    expect(said).not.toContain("secret");
  });
});

describe("promise 28: a command for operators", () => {
  const commands: [string, string[]][] = [
    ["migrate", []],
    ["create-admin", ["person@example.com"]],
    ["import-users", ["package.json"]],
  ];

  it.each(commands)("refuses a database elsewhere that nobody named: %s", async (name, args) => {
    const { code, said } = await command(name, args, elsewhere);
    expect(code).toBe(1);
    expect(said).toContain("db.invalid/plinth is not on this machine. Say whose it is: --env production");
  });

  it.each([...commands, ["ship", ["production"]], ["drill", []]] as [string, string[]][])(
    "refuses a connection string that leads elsewhere than it says: %s",
    async (name, args) => {
      const { code, said } = await command(name, args, "postgres://someone:secret@127.0.0.1:1/plinth?host=db.invalid");
      expect(code).toBe(1);
      expect(said).toBe(
        "DATABASE_URL must be postgres://user:password@host/database, percent-encoded, with no host, port, user, password or database among its parameters. A socket is written as @%2Fpath%2Fto%2Fit/database.\n",
      );
    },
  );

  it("refuses a connection string that leaves its host to PGHOST", async () => {
    expect((await command("migrate", [], "postgres:///plinth")).said).toMatch(/^DATABASE_URL must be postgres:/);
  });

  it.each(["port", "username", "password"] as const)(
    "has no variable of PostgreSQL decide where a migration goes: without its %s, the connection string leads nowhere",
    async (part) => {
      const own = new URL(created.url);
      const named = { PGHOST: own.hostname, PGPORT: own.port, PGUSER: own.username, PGPASSWORD: own.password };
      own[part] = "";
      const variables = { ...named, PGDATABASE: own.pathname.slice(1), USER: "nobody" };
      const { code, said } = await command("migrate", [], own.href, variables);
      expect(code, said).toBe(1);
      expect(said).toMatch(/cannot be reached|refused|its connection string has none/);
      const query = "select to_regnamespace('drizzle')";
      expect((await database.run({ query, params: [] })).rows).toStrictEqual([[null]]);
    },
  );

  it("migrates as a whole connection string says, whatever the variables of PostgreSQL say", async () => {
    const own = await createDatabase(inject("postgres"));
    const { code, said } = await command("migrate", [], own.url, {
      ...{ PGHOST: "db.invalid", PGPORT: "1", PGUSER: "nobody", PGPASSWORD: "wrong", PGDATABASE: "elsewhere" },
      ...{ PGSSLMODE: "require", PGOPTIONS: "-c search_path=nowhere", PGAPPNAME: "other", PGCLIENT_ENCODING: "latin1" },
    });
    expect(code, said).toBe(0);
    const migrated = postgres(own.url);
    const { rows } = await migrated.run({ query: "select to_regclass('public.users')", params: [] });
    await migrated.close();
    await own.drop();
    expect(rows).toStrictEqual([["users"]]);
  });

  it.each(commands)("refuses --env without DATABASE_URL: %s", async (name, args) => {
    const { code, said } = await command(name, [...args, "--env", "production"]);
    expect(code).toBe(1);
    expect(said).toContain("--env production needs DATABASE_URL");
  });

  it("refuses the database of another environment, and says how to make it this one's", async () => {
    const first = await command("migrate", ["--env", "production"], created.url);
    expect(first).toMatchObject({ code: 0, said: expect.stringContaining("the database of production") });
    for (const [name, args] of commands) {
      const unnamed = await command(name, args, created.url);
      expect(unnamed).toMatchObject({
        code: 1,
        said: expect.stringContaining("Say that you mean it: --env production."),
      });
      const other = await command(name, [...args, "--env", "staging"], created.url);
      expect(other).toMatchObject({
        code: 1,
        said: expect.stringContaining("is the database of production, not of staging"),
      });
    }
    await database.run({ query: "comment on schema drizzle is 'plinth: staging'", params: [] });
    expect((await command("migrate", ["--env", "staging"], created.url)).code).toBe(0);
  });
});
