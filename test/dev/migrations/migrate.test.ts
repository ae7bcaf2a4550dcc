import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import type { LocalDatabase } from "../../../dev/local/database.ts";
import { postgres } from "../../../dev/local/postgres.ts";
import { createDatabase, type Database } from "../../../dev/local/throwaway/database.ts";
import { readCatalog } from "../../../dev/migrations/catalog.ts";
import { migrate } from "../../../dev/migrations/migrate.ts";

const project = join(import.meta.dirname, "../../..");
/** The first millisecond of the invented migrations. */
const start = Date.UTC(2026, 0, 1);

/** A folder of migrations, as drizzle-kit keeps it: each with its minute, and as many statements as it has texts. */
class Folder {
  readonly path: string;
  readonly #entries: { idx: number; when: number; tag: string; version: "7"; breakpoints: true }[] = [];

  constructor(path: string) {
    this.path = path;
  }

  /** Adds `tag`, or rewrites it; `minute` puts it before or after others. */
  async write(tag: string, statements: string | string[], minute = this.#entries.length): Promise<void> {
    await mkdir(join(this.path, "meta"), { recursive: true });
    await writeFile(join(this.path, `${tag}.sql`), [statements].flat().join("\n--> statement-breakpoint\n"));
    if (!this.#entries.some((entry) => entry.tag === tag)) {
      this.#entries.push({ idx: 0, when: start + minute * 60_000, tag, version: "7", breakpoints: true });
    }
    await this.#writeJournal();
  }

  async forget(tag: string): Promise<void> {
    this.#entries.splice(
      this.#entries.findIndex((entry) => entry.tag === tag),
      1,
    );
    await this.#writeJournal();
  }

  async #writeJournal(): Promise<void> {
    this.#entries.sort((one, other) => one.when - other.when);
    const entries = this.#entries.map((entry, idx) => ({ ...entry, idx }));
    const journal = { version: "7", dialect: "postgresql", entries };
    await writeFile(join(this.path, "meta/_journal.json"), JSON.stringify(journal));
  }
}

describe("promise 28: migrating", () => {
  let created: Database;
  let database: LocalDatabase;
  let folder: Folder;
  let lines: string[];
  const running: ChildProcess[] = [];

  const log = (line: string) => void lines.push(line);
  const apply = (options = {}) => migrate(database, { folder: folder.path, log, ...options });
  const query = async (text: string) => (await database.run({ query: text, params: [] })).rows;
  const recorded = async () => Number((await query("select count(*) from drizzle.__drizzle_migrations"))[0]?.[0]);
  const refusal = (options = {}) =>
    apply(options).then(
      () => "",
      (error: Error) => error.message,
    );

  /** Another process that migrates; resolves with its exit code and all that it said. */
  function migrator() {
    const script = `import { migrate } from "./dev/migrations/migrate.ts";
      import { postgres } from "./dev/local/postgres.ts";
      const database = postgres(process.env.URL);
      try { console.log("applied " + await migrate(database, { folder: process.env.FOLDER, log: console.log })); }
      finally { await database.close(); }`;
    const env = { ...process.env, URL: created.url, FOLDER: folder.path };
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], { cwd: project, env });
    running.push(child);
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => said.push(String(data)));
    const ended = once(child, "close").then(([code]) => ({ code, said: said.join("") }));
    return { child, ended, said: () => said.join("") };
  }

  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) await delay(20);
  }

  beforeEach(async () => {
    created = await createDatabase(inject("postgres"));
    database = postgres(created.url);
    folder = new Folder(await mkdtemp(join(tmpdir(), "plinth-migrations-")));
    lines = [];
    await folder.write("0000_things", "create table things (id serial primary key, name text)");
  });
  afterEach(async () => {
    for (const child of running.splice(0)) child.kill("SIGKILL");
    await database.close();
    await created.drop();
    await rm(folder.path, { recursive: true });
  });

  it("applies in order, once, and tells how long each took", async () => {
    await folder.write("0001_rows", [
      "insert into things (name) values ('a')",
      "insert into things (name) values ('b')",
    ]);
    expect(await apply()).toBe(2);
    expect(await apply()).toBe(0);
    expect(await query("select name from things order by id")).toEqual([["a"], ["b"]]);
    expect(lines).toEqual([
      "Applying drizzle/0000_things.sql (1 statement) …",
      expect.stringMatching(/^Applied drizzle\/0000_things.sql in \d+\.\d s\.$/),
      "Applying drizzle/0001_rows.sql (2 statements) …",
      expect.stringMatching(/^Applied drizzle\/0001_rows.sql in \d+\.\d s\.$/),
    ]);
  });

  it("takes a file with Windows line ends for the same", async () => {
    await folder.write("0001_lines", "insert into things\n(name) values ('a')");
    await apply();
    await folder.write("0001_lines", "insert into things\r\n(name) values ('a')");
    expect(await apply()).toBe(0);
  });

  describe("when three begin at once", () => {
    it("applies each migration once; two wait and find nothing to do", async () => {
      await folder.write("0001_slow", ["insert into things (name) values ('once')", "select pg_sleep(2)"]);
      await folder.write("0002_more", "insert into things (name) values ('more')");
      const ends = await Promise.all([migrator(), migrator(), migrator()].map(({ ended }) => ended));
      expect(ends.map(({ code, said }) => (code === 0 ? "" : said))).toEqual(["", "", ""]);
      expect(ends.map(({ said }) => /applied (\d)/.exec(said)?.[1]).toSorted()).toEqual(["0", "0", "3"]);
      for (const { said } of ends.filter((end) => end.said.includes("applied 0"))) {
        expect(said).toMatch(
          /Another migrator is at work on this database \(pid \d+, for [\d:]+\); waiting for it to end\./,
        );
      }
      expect(await query("select name from things order by id")).toEqual([["once"], ["more"]]);
      expect(await recorded()).toBe(3);
    });

    it("does so also where the database is in use by migrators of other databases", async () => {
      const other = await createDatabase(inject("postgres"));
      const away = postgres(other.url);
      await folder.write("0001_slow", "select pg_sleep(1)");
      expect(await Promise.all([apply(), migrate(away, { folder: folder.path })])).toEqual([2, 2]);
      expect(lines.join()).not.toContain("Another migrator");
      await away.close();
      await other.drop();
    });
  });

  describe("a migration that does not fit", () => {
    beforeEach(async () => {
      await folder.write("0001_b", "insert into things (name) values ('b')", 20);
      await apply();
      lines = [];
    });

    it("is named where a migration is older than an applied one, and applied when that is asked for", async () => {
      await folder.write("0001_a", "insert into things (name) values ('a')", 10);
      await folder.write("0002_c", "insert into things (name) values ('c')", 30);
      expect(await refusal()).toMatch(
        /^Nothing was applied\.\n\ndrizzle\/0001_a\.sql is not applied, but the later 0001_b is\.[\s\S]*--apply-skipped/,
      );
      expect(await recorded()).toBe(2);
      expect(await apply({ applySkipped: true })).toBe(2);
      expect(await query("select name from things order by id")).toEqual([["b"], ["a"], ["c"]]);
      expect(await apply()).toBe(0);
    });

    it("is named if its file was edited, also next to pending ones", async () => {
      await folder.write("0001_b", "insert into things (name) values ('B')");
      await folder.write("0002_c", "insert into things (name) values ('c')", 30);
      expect(await refusal()).toContain("drizzle/0001_b.sql was edited after it was applied here.");
      expect(await refusal({ applySkipped: true, allowAhead: true })).toContain("was edited");
      expect(await query("select name from things")).toEqual([["b"]]);
    });

    it("is named if it was applied and has no file", async () => {
      await folder.forget("0001_b");
      const said = await refusal();
      expect(said).toMatch(
        /A migration of 2026-01-01T00:20:00\.000Z \(hash [0-9a-f]{12}…\) is applied, but has no file/,
      );
      expect(said).toContain(`git log --all -S${start + 20 * 60_000}`);
      expect(said).toContain("--allow-ahead");
      expect(await apply({ allowAhead: true })).toBe(0);
    });

    it("is refused without a file even by an older version, as soon as that has something to apply", async () => {
      await folder.forget("0001_b");
      await folder.write("0001_other", "insert into things (name) values ('other')", 25);
      expect(await refusal({ allowAhead: true })).toContain("has no file");
      expect(await recorded()).toBe(2);
    });

    it("is named where the journal gives an applied file another time", async () => {
      await folder.forget("0001_b");
      await folder.write("0001_b", "insert into things (name) values ('b')", 40);
      expect(await refusal()).toContain("drizzle/0001_b.sql is applied as of ");
    });

    it("is named in one sentence where a file or the journal is missing", async () => {
      await rm(join(folder.path, "0001_b.sql"));
      expect(await refusal()).toBe(`${folder.path}/0001_b.sql is missing. Bring it back: git checkout -- drizzle`);
      await rm(join(folder.path, "meta"), { recursive: true });
      expect(await refusal()).toContain("is missing, or is not drizzle-kit's journal.");
    });
  });

  describe("a mistake", () => {
    it("is told with its file, its statement and its line, and takes the whole file back and no other", async () => {
      await folder.write("0001_good", "insert into things (name) values ('good')");
      await folder.write("0002_bad", [
        "insert into things (name) values ('half')",
        "\n-- Why.\nselect\n  nothing\nfrom things",
      ]);
      expect(await refusal()).toBe(
        'drizzle/0002_bad.sql, statement 2 of 2 (line 6): column "nothing" does not exist (42703).',
      );
      expect(await query("select name from things")).toEqual([["good"]]);
      expect(await recorded()).toBe(2);
    });

    it("has a hint where two statements stand in one", async () => {
      await folder.write("0001_two", "insert into things (name) values ('a'); insert into things (name) values ('b')");
      expect(await refusal()).toMatch(
        /0001_two\.sql, statement 1 of 1 .*\(42601\)\. End every statement but the last in --> statement-breakpoint\./,
      );
    });
  });

  describe("a lock that somebody holds", () => {
    const alter = "alter table things add column size integer";

    it("is waited for in short attempts that let others through, and says who holds it", async () => {
      await apply();
      await folder.write("0001_alter", alter);
      const holder = await database.session("a long report");
      await holder.run("begin");
      await holder.run("insert into things (name) values ('report')");
      const began = Date.now();
      const applying = apply();
      const waits: number[] = [];
      const traffic = (async () => {
        while (Date.now() - began < 5_000) {
          const from = Date.now();
          await query("select count(*) from things");
          waits.push(Date.now() - from);
          await delay(50);
        }
      })();
      await delay(5_000);
      await holder.run("commit");
      expect(await applying).toBe(1);
      await traffic;
      await holder.close();
      // A second, and what a busy machine adds.
      expect(Math.max(...waits)).toBeLessThan(3_000);
      expect(lines.join("\n")).toMatch(
        /0001_alter\.sql, statement 1 of 1 \(line 1\) waits for pid \d+ \(a long report\), idle in transaction for 00:00:\d\d: insert into things/,
      );
    }, 40_000);

    it("ends the attempts when patience does, and leaves nothing behind", async () => {
      await apply();
      await folder.write("0001_alter", ["insert into things (name) values ('half')", alter]);
      const holder = await database.session("a long report");
      await holder.run("begin");
      await holder.run("lock table things in access share mode");
      expect(await refusal({ patience: 2 })).toMatch(
        /0001_alter\.sql, statement 2 of 2 .*: gave up, because pid \d+ \(a long report\).*pg_terminate_backend/,
      );
      expect(await query("select name from things")).toEqual([]);
      await holder.close();
      expect(await apply()).toBe(1);
    });
  });

  describe("outside a transaction", () => {
    const marker = "-- plinth: no-transaction\n";
    const concurrently = `${marker}create index concurrently if not exists things_name on things (name)`;

    it("runs statements that may not be in one", async () => {
      await folder.write("0001_index", concurrently);
      expect(await apply()).toBe(2);
      expect(await recorded()).toBe(2);
      expect((await readCatalog(database)).get("index things_name")).toContain("btree (name)");
    });

    it("fails without the marker, and with it on any other line", async () => {
      await folder.write("0001_index", `--\n${concurrently}`);
      expect(await refusal()).toContain("(25001)");
    });

    it("is not held up by migrators that wait", async () => {
      await folder.write("0001_index", [`${marker}select pg_sleep(1)`, concurrently]);
      const ends = await Promise.all([migrator(), migrator(), migrator()].map(({ ended }) => ended));
      expect(ends.map(({ said }) => /applied (\d)/.exec(said)?.[1]).toSorted()).toEqual(["0", "0", "2"]);
    });

    it("begins again at the first statement, and makes an index anew that was left half done", async () => {
      await folder.write("0001_index", [
        `${marker}insert into things (name) values ('a'), ('a')`,
        "create unique index concurrently if not exists things_name on things (name)",
      ]);
      expect(await refusal()).toMatch(/statement 2 of 2 .*\(23505\)\.[\s\S]*The statements before it stay/);
      expect(await recorded()).toBe(1);
      expect((await readCatalog(database)).get("index things_name")).toContain("(invalid)");
      await folder.write("0001_index", [
        `${marker}delete from things`,
        "create unique index concurrently if not exists things_name on things (name)",
      ]);
      expect(await apply()).toBe(1);
      expect(lines).toContain("Removing the index things_name, which an earlier attempt left unfinished.");
      expect((await readCatalog(database)).get("index things_name")).not.toContain("(invalid)");
    });
  });

  describe("a migrator that is killed", () => {
    it("leaves nothing, and the next one takes over", async () => {
      await apply();
      await folder.write("0001_slow", ["insert into things (name) values ('once')", "select pg_sleep(3)"]);
      const killed = migrator();
      await until(() => killed.said().includes("Applying drizzle/0001_slow.sql"));
      await delay(500);
      killed.child.kill("SIGKILL");
      await killed.ended;
      expect(await query("select name from things")).toEqual([]);
      expect(await apply()).toBe(1);
      expect(await query("select name from things")).toEqual([["once"]]);
      expect(await recorded()).toBe(2);
    });
  });
});
