import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readMigrations } from "../../../dev/migrations/files.ts";
import { bundleBudget } from "../../../dev/ship/budgets.ts";
import { effectsOf } from "../../../dev/ship/database.ts";
import { noGo } from "../../../dev/ship/line.ts";
import { shipping } from "./shipping.ts";

describe("promise 28: npm run ship", () => {
  const { run, query, isMigrated, at } = shipping();

  /** Refuses with this sentence, and has written nothing anywhere. */
  async function refuses(sentence: string | RegExp, options: Parameters<typeof run>[0] = {}): Promise<void> {
    expect(await run(options)).toMatch(sentence);
    expect(at.cloudflare.writes()).toStrictEqual([]);
    expect(await isMigrated()).toBe(false);
  }

  it("refuses an environment that is none, and a database that is none, elsewhere or local", async () => {
    await refuses("Name the environment", { env: undefined });
    await refuses("Name the environment", { env: "prod" });
    const variables = at.cloudflare.variables;
    await refuses("DATABASE_URL is not set: pass that of production", { variables });
    await refuses("percent-encoded", { variables: { ...variables, DATABASE_URL: "mysql://someone" } });
    await refuses("which a deployed Worker cannot reach", { mayBeLocal: false });
    const elsewhere = await run({
      variables: { ...variables, DATABASE_URL: "postgres://someone:secret@db.invalid/plinth" },
    });
    expect(elsewhere).toContain("The database db.invalid/plinth cannot be reached");
    expect(elsewhere).not.toContain("secret");
    expect(at.cloudflare.writes()).toStrictEqual([]);
  });

  it("refuses a tree that is not committed, and a journal out of order", async () => {
    await writeFile(join(at.project.folder, "note.txt"), "not committed");
    await refuses(/Commit first.*\n.*note\.txt/);
    const file = join(at.project.folder, "drizzle/meta/_journal.json");
    await at.project.migration("more", "select 1");
    const journal = JSON.parse(await readFile(file, "utf8"));
    journal.entries[1].when = 1;
    await writeFile(file, JSON.stringify(journal));
    await at.project.commit();
    await refuses("The journal is out of order");
  });

  it("refuses an environment whose Worker calls itself another, and one without a name", async () => {
    const file = join(at.project.folder, "wrangler.toml");
    const text = await readFile(file, "utf8");
    await writeFile(
      file,
      text.replace(
        'name = "tiny-production"\nvars = { ENVIRONMENT = "production" }',
        'vars = { ENVIRONMENT = "production" }',
      ),
    );
    await refuses("gives the Worker of production no name");
    await writeFile(file, text.replace('vars = { ENVIRONMENT = "staging" }', 'vars = { ENVIRONMENT = "production" }'));
    await refuses('wrangler.toml has ENVIRONMENT = "production" in staging', { env: "staging" });
  });

  it("refuses the database of another environment, and one that does not say whose it is", async () => {
    await query("create schema drizzle");
    await query(
      "create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)",
    );
    await refuses(/does not say whose it is\. .*db:migrate -- --env production/);
    await query("comment on schema drizzle is 'plinth: staging'");
    await refuses("is the database of staging, not of production");
  });

  it("plans for a database whose migrator was killed before it had made its table", async () => {
    await query("create schema drizzle");
    expect(await run({ isDryRun: true })).toContain("1 pending migration:");
    await query("comment on schema drizzle is 'plinth: production'");
    expect(await run({ isDryRun: true })).toContain("1 pending migration:");
  });

  it("changes nothing where the folder or HEAD has moved while somebody read the plan", async () => {
    at.cloudflare.run("0123456789ab");
    const planned = at.project.head;
    const note = join(at.project.folder, "note.txt");
    await refuses(
      new RegExp(
        `The project's folder is no longer that of ${planned}\\. Commit first.*\\n.*note\\.txt\\nNothing was changed\\. Ship again`,
      ),
      { confirm: async () => writeFile(note, "new").then(() => true) },
    );
    let head = "";
    await rm(note);
    await refuses(/HEAD is [0-9a-f]{12} now\.\nNothing was changed/, {
      confirm: async () => {
        await writeFile(note, "new");
        head = await at.project.commit();
        return head !== "";
      },
    });
    expect(head).not.toBe(planned);
  });

  it("shows the plan and writes nothing with --dry-run, without a yes, and with a no-go that nobody accepts", async () => {
    const running = at.cloudflare.run("0123456789ab");
    await query("create table others (id int)");
    const plan = await run({ isDryRun: true });
    for (const part of [
      `Ship ${at.project.head} to production`,
      "account   An account (acc)",
      `tiny-production, now ${running} at 100 % (commit 0123456789ab)`,
      "1 pending migration:\n  drizzle/0000_things.sql\n    locks no table that is there",
      `go       bundle         100 kB gzipped, of ${bundleBudget} kB`,
      "go       start-up       50 ms of CPU here",
      "go       secrets        SECRET_KEY set",
      "unknown  clients",
      "--dry-run: nothing was changed.",
    ]) {
      expect(plan).toContain(part);
    }
    await refuses("Nothing was changed.", { confirm: async () => false });
    await refuses('No-go: cost. Mend it, or say that you mean it: --accept "cost"', {
      check: async () => [noGo("cost", "too much")],
    });
    at.cloudflare.secrets = [];
    await refuses("not set: npx wrangler secret put SECRET_KEY --env production");
    await refuses("500 kB gzipped, over its budget", {
      measure: async () => ({ bundle: { text: "", kilobytes: 500 }, start: undefined }),
    });
  });

  it("shows the locks of a pending migration, and the size of what it locks", async () => {
    await at.project.migration(
      "more",
      "-- plinth: may drop column things.title: nobody reads it\nalter table things drop title",
    );
    await at.project.commit();
    await query("create table things (id int primary key, title text)");
    await query("insert into things select n from generate_series(1, 1000) n");
    await query("analyze things");
    const plan = await run({ isDryRun: true });
    expect(plan).toMatch(
      /0001_more\.sql\n {4}things \(\d+ kB, about 1,000 rows\): AccessExclusiveLock, reads and writes wait/,
    );
    expect(plan).toContain("its file says why it may: drizzle/0001_more.sql: drop column things.title");
  });

  it("tries pending migrations on a PostgreSQL of its own, which is gone afterwards", async () => {
    const { TMPDIR } = process.env;
    await at.project.migration("more", "alter table things add kind text");
    const [, more] = await readMigrations(join(at.project.folder, "drizzle"));
    expect(await effectsOf(at.project.folder, more ? [more] : [])).toStrictEqual([
      { file: "drizzle/0001_more.sql", breaks: [], locks: [{ table: "things", mode: "AccessExclusiveLock" }] },
    ]);
    expect(process.env.TMPDIR).toBe(TMPDIR);
  });

  it("refuses where Cloudflare refuses, knows no Worker of that name to compare with, or has divided the traffic", async () => {
    const one = at.cloudflare.run("0123456789ab");
    at.cloudflare.deployments.unshift([
      { version_id: one, percentage: 90 },
      { version_id: at.cloudflare.run("ba9876543210"), percentage: 10 },
    ]);
    at.cloudflare.deployments.splice(0, 1);
    at.cloudflare.deployments.unshift([
      { version_id: one, percentage: 90 },
      { version_id: "other", percentage: 10 },
    ]);
    await refuses("The traffic of tiny-production is divided");
    at.cloudflare.refused = ["GET /workers/scripts"];
    await refuses("Cloudflare refused");
    at.cloudflare.close();
    await refuses("Cloudflare cannot be reached");
  });

  it("waits where Cloudflare has had too many calls, as it says, unless that is long", async () => {
    at.cloudflare.run("0123456789ab");
    const told = JSON.stringify({
      success: false,
      errors: [{ code: 10_429, message: "Too many calls" }],
      result: null,
    });
    const asked: string[] = [];
    const refusing = (seconds: string) => (call: string) => {
      const isFirst = !asked.includes(call);
      asked.push(call);
      return isFirst
        ? ([429, told, { "Retry-After": seconds }] as [number, string, Record<string, string>])
        : undefined;
    };
    at.cloudflare.odd = refusing("1");
    expect(await run({ isDryRun: true })).not.toContain("Too many calls");
    expect(asked.filter((call) => call === "GET /workers/scripts/tiny-production/deployments")).toHaveLength(2);
    asked.length = 0;
    at.cloudflare.odd = refusing("3600");
    await refuses("Too many calls (10429)", { isDryRun: true });
    expect(new Set(asked).size).toBe(asked.length);
  });

  it("says what stays where a migration fails, and touches no Worker", async () => {
    at.cloudflare.run("0123456789ab");
    await query("create table things (id int)");
    const told = await run();
    expect(told).toContain(
      'drizzle/0000_things.sql, statement 1 of 1 (line 1): relation "things" already exists (42P07)',
    );
    expect(told).toContain("The Worker was not touched. The older version goes on.");
    expect(at.cloudflare.writes()).toStrictEqual([]);
  });
});
