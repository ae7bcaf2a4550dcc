import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { projectFolder } from "../../../dev/config.ts";
import { postgres } from "../../../dev/local/postgres.ts";
import { copyDatabase, type ThrowawayDatabase } from "../../../dev/local/throwaway/database.ts";
import { spawned } from "../spawned.ts";

let original: ThrowawayDatabase;
let restored: ThrowawayDatabase;

async function run(url: string, query: string) {
  const database = postgres(url);
  try {
    return await database.run({ query, params: [] });
  } finally {
    await database.close();
  }
}

beforeAll(async () => {
  original = await copyDatabase(inject("postgres"), inject("template"));
  await run(
    original.url,
    "insert into users (id, email, username, password_hash) values (gen_random_uuid(), 'a@example.com', 'a', '')",
  );
  const signedIn = "select gen_random_uuid(), id, '', now() + interval '1 day' from users";
  await run(original.url, `insert into sessions (id, user_id, token_hash, expires_at) ${signedIn}`);
  restored = await copyDatabase(inject("postgres"), original.url);
});
afterAll(async () => {
  await restored.drop();
  await original.drop();
});

async function command(name: string, settings: Record<string, string>, ...args: string[]) {
  const env = { PATH: process.env.PATH, DATABASE_URL: original.url, ...settings };
  const running = promisify(execFile)(process.execPath, [`dev/commands/${name}.ts`, ...args], {
    cwd: projectFolder,
    env,
  });
  return running.then(
    ({ stdout }) => stdout,
    ({ stderr }) => String(stderr),
  );
}

describe("npm run db:drill", () => {
  it("copies a database of this machine, settles the copy, and leaves nothing behind", async () => {
    const said = await command("drill", {});
    expect(said).toMatch(/^\d+ rows in \d+ tables, of \d+ in 127\.0\.0\.1\S+ now\.$/m);
    expect(said).toContain("Settled: 1 session ended, 0 mails held back, 0 links taken back.");
    expect(said).toContain("it can serve");
    const name = new URL(original.url).pathname.slice(1);
    const copies = `select count(*) from pg_database where starts_with(datname, '${name}_') and datname <> '${new URL(restored.url).pathname.slice(1)}'`;
    expect((await run(inject("postgres"), copies)).rows).toStrictEqual([["0"]]);
    expect((await run(original.url, "select count(*) from sessions where revoked_at is null")).rows).toStrictEqual([
      ["1"],
    ]);
  });

  it("drops its copy at a signal, and names it beforehand, for one that cannot be heard", async () => {
    const drill = spawned(["dev/commands/drill.ts"], { ...process.env, DATABASE_URL: original.url });
    await drill.says("Copying into the database");
    const { code, said } = await drill.end("SIGTERM");
    const [, name = ""] = /^Copying into the database (\w+) of the same server/m.exec(said) ?? [];
    expect([code, said]).toStrictEqual([143, expect.stringContaining(`Remove it: drop database if exists ${name}\n`)]);
    const left = `select count(*) from pg_database where datname = '${name}'`;
    expect((await run(inject("postgres"), left)).rows).toStrictEqual([["0"]]);
  });

  it("names the copy that a drill has left which was killed, and refuses the original under another name", async () => {
    const other = new URL(original.url);
    other.hostname = "localhost";
    const left = `Remove it: drop database if exists ${new URL(restored.url).pathname.slice(1)}\n`;
    expect(await command("drill", { RESTORED_URL: restored.url })).toContain(left);
    for (const url of [original.url, other.href])
      expect(await command("drill", { RESTORED_URL: url })).toContain("RESTORED_URL is the original itself.");
  });

  it("names what a restored database lacks, and changes nothing in it", async () => {
    expect(await command("drill", { RESTORED_URL: restored.url })).toContain("it can serve");
    expect((await run(restored.url, "select count(*) from sessions where revoked_at is null")).rows).toStrictEqual([
      ["1"],
    ]);
    await run(restored.url, "delete from sessions");
    await run(restored.url, "drop table task_schedules");
    const said = await command("drill", { RESTORED_URL: restored.url });
    expect(said).toContain("The table sessions has no rows: the original has 1.");
    expect(said).toContain("The table task_schedules is missing.");
    expect(await command("drill", { RESTORED_URL: original.url })).toContain("RESTORED_URL is the original itself");
  });
});

describe("npm run db:settle", () => {
  it("wants to know whose database it is", async () => {
    expect(await command("settle", {})).toContain("Name the environment");
  });
});
