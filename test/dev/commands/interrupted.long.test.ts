import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import type { LocalDatabase } from "../../../dev/local/database.ts";
import { postgres } from "../../../dev/local/postgres.ts";
import { copyDatabase, createDatabase, type ThrowawayDatabase } from "../../../dev/local/throwaway/database.ts";
import { spawned } from "../spawned.ts";

const folder = await mkdtemp(join(tmpdir(), "plinth-interrupted-"));
afterAll(() => rm(folder, { recursive: true }));

let created: ThrowawayDatabase;
let database: LocalDatabase;
afterEach(async () => {
  await database.close();
  await created.drop();
});
/** The other sessions of this file's own database, as one cluster serves all test files. */
const here = "datname = current_database()";
const query = async (text: string) => (await database.run({ query: text, params: [] })).rows;
const waitsForLock = () =>
  expect
    .poll(() => query(`select count(*) from pg_stat_activity where ${here} and wait_event_type = 'Lock'`))
    .toStrictEqual([["1"]]);
const start = (script: string, ...args: string[]) =>
  spawned([`dev/commands/${script}.ts`, ...args], { ...process.env, DATABASE_URL: created.url });

describe("promise 28: npm run db:migrate, ended by a signal", () => {
  beforeEach(async () => {
    created = await createDatabase(inject("postgres"));
    database = postgres(created.url);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("cancels its statement at %s, and says what is applied and how to go on", async (signal, expected) => {
    const blocker = await database.session("test");
    await blocker.run("begin");
    await blocker.run("create table users (id int)");
    const command = start("migrate");
    await command.says("Applying drizzle/0000_init.sql");
    await waitsForLock();
    const { code, said } = await command.end(signal);
    expect([code, said.slice(said.indexOf("Ended by"))]).toStrictEqual([
      expected,
      expect.stringMatching(
        /^Ended by \w+ while migrating \S+\.\nDone: nothing\.\nPerhaps: some of the pending migrations are applied, each as a whole\.\nFinish: npm run db:migrate \(nothing is migrated twice\)\nNow: not applied drizzle\/0000_init\.sql\.\n$/,
      ),
    ]);
    expect(
      await query(`select query from pg_stat_activity where ${here} and application_name = 'plinth db:migrate'`),
    ).toEqual([]);
    await blocker.run("rollback");
    await blocker.close();
    const { code: ended, said: then } = await start("migrate").ended;
    expect([ended, then]).toStrictEqual([0, expect.stringContaining("1 migration was applied")]);
  });
});

describe("npm run db:role, ended by a signal", () => {
  beforeEach(async () => {
    created = await createDatabase(inject("postgres"));
    database = postgres(created.url);
  });

  it("says that a Worker may be refused, and what gives it a password again", async () => {
    expect((await start("worker-role").ended).code).toBe(0);
    const blocker = await database.session("test");
    await blocker.run("begin");
    await blocker.run(`alter role ${database.name}_worker password 'other'`);
    const command = start("worker-role", "--new-password");
    await waitsForLock();
    const ending = command.end("SIGINT");
    await command.says("Finish:");
    await blocker.run("rollback");
    await blocker.close();
    const { code, said } = await ending;
    expect([code, said]).toStrictEqual([
      130,
      expect.stringMatching(
        /^\nEnded by SIGINT while making the Worker's role of \S+\.\nDone: nothing\.\nPerhaps: it has a new password that nobody knows, and a Worker with an older one is refused\.\nFinish: npm run db:role -- --new-password\n/,
      ),
    ]);
  });
});

describe("npm run users:import, ended by a signal", () => {
  beforeEach(async () => {
    created = await copyDatabase(inject("postgres"), inject("template"));
    database = postgres(created.url);
  });

  it("ends behind a whole batch, says how many are imported, and takes the rest up when it runs again", async () => {
    const file = join(folder, "users.jsonl");
    const rows = Array.from({ length: 1_200 }, (_, i) => ({
      email: `imported-${i}@example.com`,
      username: `imported-${i}`,
      hashed_password: `$2b$12$${"a".repeat(53)}`,
    }));
    await writeFile(file, rows.map((row) => JSON.stringify(row)).join("\n"));
    const blocker = await database.session("test");
    await blocker.run("begin");
    // The second batch waits for this address.
    await blocker.run(
      "insert into users (id, email, username, password_hash) values (gen_random_uuid(), 'imported-700@example.com', 'other', 'x')",
    );
    const command = start("import-users", file);
    const imported = () => query("select count(*) from users where username like 'imported-%'");
    await waitsForLock();
    expect(await imported()).toStrictEqual([["500"]]);
    const ending = command.end("SIGINT");
    await command.says("Ended by SIGINT");
    await blocker.run("rollback");
    await blocker.close();
    const { code, said } = await ending;
    expect(code).toBe(130);
    expect(said).toMatch(
      /Ended by SIGINT while importing into \S+\.\nDone: Some of the rows are imported\.\nPerhaps: one more batch of 500 is imported\.\nFinish: npm run users:import -- \S+ \(what is imported stays as it is\)\nNow: 1000 imported of the first 1000 rows\.\n$/,
    );
    expect(await imported()).toStrictEqual([["1000"]]);
    const again = await start("import-users", file).ended;
    expect([again.code, again.said]).toStrictEqual([0, expect.stringContaining("200 imported")]);
    expect(await imported()).toStrictEqual([["1200"]]);
  });
});
