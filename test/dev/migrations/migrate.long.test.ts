import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, inject, it } from "vitest";
import { postgres } from "../../../dev/local/postgres.ts";
import { createDatabase } from "../../../dev/local/throwaway/database.ts";
import { migrate } from "../../../dev/migrations/migrate.ts";
import { inventedMigrations } from "./invented.ts";

/** Waits for others: minutes of it are not for every run. */
describe("promise 28: migrating beside others", () => {
  const { apply, query, recorded, refusal, migrator, until, at } = inventedMigrations();

  describe("when three begin at once", () => {
    it("applies each migration once; two wait and find nothing to do", async () => {
      await query("create table gates (name text)");
      const opened = "do $$ begin while not exists (select from gates) loop perform pg_sleep(0.05); end loop; end $$";
      await at.folder.write("0001_slow", ["insert into things (name) values ('once')", opened]);
      await at.folder.write("0002_more", "insert into things (name) values ('more')");
      const migrators = [migrator(), migrator(), migrator()];
      await until(() => migrators.filter(({ said }) => said().includes("Another migrator")).length === 2);
      await query("insert into gates values ('open')");
      const ends = await Promise.all(migrators.map(({ ended }) => ended));
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
      await at.folder.write("0001_slow", "select pg_sleep(1)");
      expect(await Promise.all([apply(), migrate(away, { folder: at.folder.path })])).toEqual([2, 2]);
      expect(at.lines.join()).not.toContain("Another migrator");
      await away.close();
      await other.drop();
    });
  });

  describe("a lock that somebody holds", () => {
    const alter = "alter table things add column size integer";

    it("is waited for in short attempts that let others through, and says who holds it", async () => {
      await apply();
      await at.folder.write("0001_alter", alter);
      const holder = await at.database.session("a long report");
      await holder.run("begin");
      await holder.run("insert into things (name) values ('report')");
      const began = Date.now();
      const applying = apply();
      const waits: number[] = [];
      const traffic = (async () => {
        while (Date.now() - began < 10_000) {
          const from = Date.now();
          await query("select count(*) from things");
          waits.push(Date.now() - from);
          await delay(50);
        }
      })();
      await delay(10_000);
      await holder.run("commit");
      expect(await applying).toBe(1);
      await traffic;
      await holder.close();
      // A second, and what a busy machine adds.
      expect(Math.max(...waits)).toBeLessThan(7_000);
      expect(at.lines.join("\n")).toMatch(
        /0001_alter\.sql, statement 1 of 1 \(line 1\) waits for pid \d+ \(a long report\), idle in transaction for 00:00:\d\d: insert into things/,
      );
    });

    it("ends the attempts when patience does, and leaves nothing behind", async () => {
      await apply();
      await at.folder.write("0001_alter", ["insert into things (name) values ('half')", alter]);
      const holder = await at.database.session("a long report");
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

  describe("a migrator that is killed", () => {
    it("leaves nothing, and the next one takes over", async () => {
      await apply();
      await at.folder.write("0001_slow", ["insert into things (name) values ('once')", "select pg_sleep(3)"]);
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

  describe("outside a transaction", () => {
    const concurrently = "create index concurrently if not exists things_name on things (name)";

    it("is not held up by migrators that wait", async () => {
      await at.folder.write("0001_index", ["-- plinth: no-transaction\nselect pg_sleep(1)", concurrently]);
      const ends = await Promise.all([migrator(), migrator(), migrator()].map(({ ended }) => ended));
      expect(ends.map(({ said }) => /applied (\d)/.exec(said)?.[1]).toSorted()).toEqual(["0", "0", "2"]);
    });
  });
});
