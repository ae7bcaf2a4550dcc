import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import type { LocalDatabase } from "../../../dev/local/database.ts";
import { postgres } from "../../../dev/local/postgres.ts";
import { ownerOf } from "../../../dev/local/target.ts";
import { readCatalog } from "../../../dev/migrations/catalog.ts";
import { readMigrations } from "../../../dev/migrations/files.ts";
import { migrate } from "../../../dev/migrations/migrate.ts";
import { makeWorkerRole } from "../../../dev/migrations/worker-role.ts";
import { inventedMigrations, start } from "./invented.ts";

describe("promise 28: migrating", () => {
  const { apply, query, recorded, refusal, at } = inventedMigrations();

  it("applies in order, once, and tells how long each took", async () => {
    await at.folder.write("0001_rows", [
      "insert into things (name) values ('a')",
      "insert into things (name) values ('b')",
    ]);
    expect(await apply()).toBe(2);
    expect(await apply()).toBe(0);
    expect(await query("select name from things order by id")).toEqual([["a"], ["b"]]);
    expect(at.lines).toEqual([
      "Applying drizzle/0000_things.sql (1 statement) …",
      expect.stringMatching(/^Applied drizzle\/0000_things.sql in \d+\.\d s\.$/),
      "Applying drizzle/0001_rows.sql (2 statements) …",
      expect.stringMatching(/^Applied drizzle\/0001_rows.sql in \d+\.\d s\.$/),
    ]);
  });

  it("begins where an older migrator was killed before it had made the table of its records", async () => {
    await query("create schema drizzle");
    await query("comment on schema drizzle is 'plinth: production'");
    expect(await ownerOf(at.database)).toStrictEqual({ owner: "production", isMigrated: false });
    await makeWorkerRole(at.database);
    expect(await apply()).toBe(1);
    expect(await ownerOf(at.database)).toStrictEqual({ owner: "production", isMigrated: true });
  });

  it("applies nothing where the tables would be out of the Worker's sight, or texts could not be kept", async () => {
    const { name } = at.database;
    const [[user] = []] = await query("select current_user");
    await query("create schema other");
    await query(`alter database ${name} set search_path = other, public`);
    // Sessions from before do not know it.
    const later = postgres(at.url);
    const told = await migrate(later, { folder: at.folder.path }).catch(String);
    await later.close();
    expect(told).toBe(
      `CommandError: Nothing was applied: the role ${user} makes tables in the schema other, and the Worker looks for them in public: ` +
        `alter role "${user}" in database "${name}" set search_path = public.`,
    );
    await query(`alter role "${user}" in database "${name}" set search_path = public`);
    const mended = postgres(at.url);
    expect(await migrate(mended, { folder: at.folder.path })).toBe(1);
    await mended.close();

    const ascii = `${name}_ascii`;
    await query(`create database ${ascii} encoding 'SQL_ASCII' locale_provider libc locale 'C' template template0`);
    const url = new URL(at.url);
    url.pathname = `/${ascii}`;
    const database = postgres(url.href);
    const refused = await migrate(database, { folder: at.folder.path }).catch(String);
    await database.close();
    await query(`drop database ${ascii}`);
    expect(refused).toContain(
      `Nothing was applied: the database ${ascii} keeps text in SQL_ASCII, which cannot be changed`,
    );
  });

  it("applies nothing but what was agreed to", async () => {
    const expected = await readMigrations(at.folder.path);
    await at.folder.write("0001_more", "insert into things (name) values ('a')");
    expect(await refusal({ expected })).toBe(
      "Nothing was applied: the pending migrations are no longer those of the plan, but drizzle/0000_things.sql, " +
        "drizzle/0001_more.sql. Run it again, for a new plan.",
    );
    expect(await apply()).toBe(2);
    expect(await refusal({ expected })).toContain("no migration is pending any more.");
  });

  it("takes a file with Windows line ends for the same", async () => {
    await at.folder.write("0001_lines", "insert into things\n(name) values ('a')");
    await apply();
    await at.folder.write("0001_lines", "insert into things\r\n(name) values ('a')");
    expect(await apply()).toBe(0);
  });

  describe("a migration that does not fit", () => {
    beforeEach(async () => {
      await at.folder.write("0001_b", "insert into things (name) values ('b')", 20);
      await apply();
      at.lines.splice(0);
    });

    it("is named where a migration is older than an applied one, and applied when that is asked for", async () => {
      await at.folder.write("0001_a", "insert into things (name) values ('a')", 10);
      await at.folder.write("0002_c", "insert into things (name) values ('c')", 30);
      expect(await refusal()).toMatch(
        /^Nothing was applied\.\n\ndrizzle\/0001_a\.sql is not applied, but the later 0001_b is\.[\s\S]*--apply-skipped/,
      );
      expect(await recorded()).toBe(2);
      expect(await apply({ applySkipped: true })).toBe(2);
      expect(await query("select name from things order by id")).toEqual([["b"], ["a"], ["c"]]);
      expect(await apply()).toBe(0);
    });

    it("is named if its file was edited, also next to pending ones", async () => {
      await at.folder.write("0001_b", "insert into things (name) values ('B')");
      await at.folder.write("0002_c", "insert into things (name) values ('c')", 30);
      expect(await refusal()).toMatch(
        /drizzle\/0001_b\.sql was edited after it was applied here\.[\s\S]*npm run db:reset/,
      );
      expect(await refusal({ applySkipped: true, allowAhead: true })).toContain("was edited");
      expect(await query("select name from things")).toEqual([["b"]]);
    });

    it("is named if it was applied and has no file", async () => {
      await at.folder.forget("0001_b");
      const said = await refusal();
      expect(said).toMatch(
        /A migration of 2026-01-01T00:20:00\.000Z \(hash [0-9a-f]{12}…\) is applied, but has no file/,
      );
      expect(said).toContain(`git log --all -S${start + 20 * 60_000}`);
      expect(said).toContain("--allow-ahead");
      expect(await apply({ allowAhead: true })).toBe(0);
    });

    it("is refused without a file even by an older version, as soon as that has something to apply", async () => {
      await at.folder.forget("0001_b");
      await at.folder.write("0001_other", "insert into things (name) values ('other')", 25);
      expect(await refusal({ allowAhead: true })).toContain("has no file");
      expect(await recorded()).toBe(2);
    });

    it("is named where the journal gives an applied file another time", async () => {
      await at.folder.forget("0001_b");
      await at.folder.write("0001_b", "insert into things (name) values ('b')", 40);
      expect(await refusal()).toContain("drizzle/0001_b.sql is applied as of ");
    });

    it("is named in one sentence where a file or the journal is missing", async () => {
      await rm(join(at.folder.path, "0001_b.sql"));
      expect(await refusal()).toBe(`${at.folder.path}/0001_b.sql is missing. Bring it back: git checkout -- drizzle`);
      await rm(join(at.folder.path, "meta"), { recursive: true });
      expect(await refusal()).toContain("is missing, or is not drizzle-kit's journal.");
    });
  });

  describe("a mistake", () => {
    it("is told with its file, its statement and its line, and takes the whole file back and no other", async () => {
      await at.folder.write("0001_good", "insert into things (name) values ('good')");
      await at.folder.write("0002_bad", [
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
      await at.folder.write(
        "0001_two",
        "insert into things (name) values ('a'); insert into things (name) values ('b')",
      );
      expect(await refusal()).toMatch(
        /0001_two\.sql, statement 1 of 1 .*\(42601\)\. End every statement but the last in --> statement-breakpoint\./,
      );
    });
  });

  describe("outside a transaction", () => {
    const marker = "-- plinth: no-transaction\n";
    const concurrently = `${marker}create index concurrently if not exists things_name on things (name)`;

    it("runs statements that may not be in one", async () => {
      await at.folder.write("0001_index", concurrently);
      expect(await apply()).toBe(2);
      expect(await recorded()).toBe(2);
      expect((await readCatalog(at.database)).get("index things_name")).toContain("btree (name)");
    });

    it("is refused behind a pooler, with nothing applied, and a file in a transaction is not", async () => {
      const host = "ep-1-pooler.eu-central-1.aws.neon.tech";
      const behindPooler = { ...at.database, host };
      expect(await migrate(behindPooler, { folder: at.folder.path })).toBe(1);
      await at.folder.write("0001_more", "insert into things (name) values ('a')");
      await at.folder.write("0002_index", concurrently);
      await expect(migrate(behindPooler, { folder: at.folder.path })).rejects.toThrow(
        `Nothing was applied: drizzle/0002_index.sql runs outside a transaction, and ${host} is a pooler, which may run each of its ` +
          "statements in another session. Use the direct host, ep-1.eu-central-1.aws.neon.tech.",
      );
      expect(await recorded()).toBe(1);
      // One of your own may keep sessions apart.
      const own = { ...at.database, host: "pg-pooler.internal.example" };
      expect(await migrate(own, { folder: at.folder.path })).toBe(2);
    });

    it.each([
      ["succeeds", [concurrently, "select 1"]],
      ["fails", `${marker}select nothing`],
    ])("leaves no setting behind in its session where it %s", async (_, sql) => {
      await at.folder.write("0001_index", sql);
      const settings = "select current_setting('statement_timeout'), current_setting('lock_timeout')";
      const kept: boolean[] = [];
      const session: LocalDatabase["session"] = async (application) => {
        const { run, close } = await at.database.session(application);
        const before = (await run(settings)).rows;
        return {
          run,
          async close() {
            kept.push(isDeepStrictEqual((await run(settings)).rows, before));
            await close();
          },
        };
      };
      await migrate({ ...at.database, session }, { folder: at.folder.path }).catch(() => {});
      expect(kept).toStrictEqual([true, true, true]);
    });

    it("fails without the marker, and with it on any other line", async () => {
      await at.folder.write("0001_index", `--\n${concurrently}`);
      expect(await refusal()).toContain("(25001)");
    });

    it("begins again at the first statement, and makes an index anew that was left half done", async () => {
      await at.folder.write("0001_index", [
        `${marker}insert into things (name) values ('a'), ('a')`,
        "create unique index concurrently if not exists things_name on things (name)",
      ]);
      expect(await refusal()).toMatch(/statement 2 of 2 .*\(23505\)\.[\s\S]*The statements before it stay/);
      expect(await recorded()).toBe(1);
      expect((await readCatalog(at.database)).get("index things_name")).toContain("(invalid)");
      await at.folder.write("0001_index", [
        `${marker}delete from things`,
        "create unique index concurrently if not exists things_name on things (name)",
      ]);
      expect(await apply()).toBe(1);
      expect(at.lines).toContain("Removing the index things_name, which an earlier attempt left unfinished.");
      expect((await readCatalog(at.database)).get("index things_name")).not.toContain("(invalid)");
    });
  });
});
