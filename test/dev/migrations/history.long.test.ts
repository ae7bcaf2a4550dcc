import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, inject, it } from "vitest";
import type { LocalDatabase } from "../../../dev/local/database.ts";
import { postgres } from "../../../dev/local/postgres.ts";
import { createDatabase } from "../../../dev/local/throwaway/database.ts";
import { readCatalog } from "../../../dev/migrations/catalog.ts";
import { migrate } from "../../../dev/migrations/migrate.ts";

const drizzle = join(import.meta.dirname, "../../../drizzle");

/** A copy of the first migration and its history alone, however many a project has written since. */
async function withoutLater(): Promise<{ folder: string; journal: { entries: object[] } }> {
  const folder = await mkdtemp(join(tmpdir(), "plinth-migrations-"));
  const journal = JSON.parse(await readFile(join(drizzle, "meta/_journal.json"), "utf8"));
  journal.entries = journal.entries.slice(0, 1);
  await cp(join(drizzle, "history"), join(folder, "history"), { recursive: true });
  await cp(join(drizzle, "0000_init.sql"), join(folder, "0000_init.sql"));
  await mkdir(join(folder, "meta"));
  await writeFile(join(folder, "meta/_journal.json"), JSON.stringify(journal));
  return { folder, journal };
}

const fixtures = join(import.meta.dirname, "../../fixtures/before-init");
const files = (await readdir(fixtures)).toSorted();
const newest = files.filter((file) => !file.includes(".older"));
const olderTexts = [
  "0004_account_owners.older.sql",
  "0015_items_search_words.older.sql",
  "0016_replay_unlogged.older.sql",
];

/** The newest texts, with the older one in place of those that `older` begins with. */
const withOlder = (...older: string[]) =>
  newest.map((file) => {
    const number = file.slice(0, 4);
    return older.includes(number) ? (olderTexts.find((text) => text.startsWith(number)) ?? file) : file;
  });

const histories = [
  { name: "in their newest texts", applied: newest },
  { name: "with the older 0004", applied: withOlder("0004") },
  { name: "with the older 0015 and 0016", applied: withOlder("0015", "0016") },
  { name: "with all older texts", applied: withOlder("0004", "0015", "0016") },
  {
    name: "with both texts of 0015 and 0016, one after the other",
    applied: [...withOlder("0015", "0016"), ...newest.slice(15)],
  },
];

describe("a database that applied the migrations before 0000_init", () => {
  const open: { database: LocalDatabase; drop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const { database, drop } of open.splice(0)) {
      await database.close();
      await drop();
    }
  });

  async function anEmpty(): Promise<LocalDatabase> {
    const { url, drop } = await createDatabase(inject("postgres"));
    const database = postgres(url);
    open.push({ database, drop });
    return database;
  }

  async function apply(database: LocalDatabase, applied: string[]): Promise<void> {
    const records = [
      "create schema drizzle",
      "create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)",
    ];
    for (const query of records) await database.run({ query, params: [] });
    for (const [position, file] of applied.entries()) {
      const text = await readFile(join(fixtures, file), "utf8");
      const record = `insert into drizzle.__drizzle_migrations (hash, created_at) values ('${createHash("sha256").update(text).digest("hex")}', ${position + 1})`;
      const statements = [...text.split("--> statement-breakpoint"), record].map((query) => ({ query, params: [] }));
      await database.transaction(statements, {});
    }
  }

  const recorded = async (database: LocalDatabase) =>
    (await database.run({ query: "select hash, created_at from drizzle.__drizzle_migrations", params: [] })).rows;

  it.each(histories)("$name ends where a new one does, rows and all", async ({ applied }) => {
    const [fresh, old] = [await anEmpty(), await anEmpty()];
    const { folder } = await withoutLater();
    await migrate(fresh, { folder });
    await apply(old, applied);
    const key = (name: string, results: number) =>
      `insert into idempotency_keys (user_id, key, fingerprint, results)
        select id, '${name}', 'x', array(select to_json(n) from generate_series(1, ${results}) n) from users`;
    const rows = [
      "insert into users (id, email, username, password_hash) values (gen_random_uuid(), 'ada@example.com', 'ada', 'x')",
      "insert into items (id, owner_id, title) select gen_random_uuid(), id, 'notes—old' from users",
      key("five", 5),
      key("four", 4),
    ];
    for (const query of rows) await old.run({ query, params: [] });

    expect(await migrate(old, { folder })).toBe(1);
    expect(await migrate(old, { folder })).toBe(0);
    expect(await readCatalog(old)).toEqual(await readCatalog(fresh));
    expect(await recorded(old)).toEqual(await recorded(fresh));
    const found = await old.run({
      query: "select title from items where search @@ to_tsquery('simple', 'old')",
      params: [],
    });
    expect(found.rows).toEqual([["notes—old"]]);
    const { rows: results } = await old.run({
      query: "select key, results from idempotency_keys order by key",
      params: [],
    });
    const five = applied.includes("0016_claim_key.sql") ? "{1,2,3,4,5}" : "{1,3,4,5}";
    expect(results).toEqual([
      ["five", five],
      ["four", "{1,2,3,4}"],
    ]);
  });

  it("keeps later migrations, and applies the new ones", async () => {
    const [fresh, old] = [await anEmpty(), await anEmpty()];
    const { folder, journal } = await withoutLater();
    const when = 1795566495454 + 1_000;
    for (const [position, tag] of ["0017_own", "0018_newer"].entries()) {
      journal.entries.push({ idx: 1 + position, version: "7", when: when + position, tag, breakpoints: true });
      await writeFile(join(folder, `${tag}.sql`), `create table own_${position} (id uuid primary key)`);
    }
    await writeFile(join(folder, "meta/_journal.json"), JSON.stringify(journal));
    await apply(old, newest);
    const own = await readFile(join(folder, "0017_own.sql"), "utf8");
    await old.run({ query: own, params: [] });
    const hash = createHash("sha256").update(own).digest("hex");
    await old.run({
      query: "insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)",
      params: [hash, String(when)],
    });
    expect(await migrate(fresh, { folder })).toBe(3);
    expect(await migrate(old, { folder })).toBe(2);
    expect(await migrate(old, { folder })).toBe(0);
    expect(await readCatalog(old)).toEqual(await readCatalog(fresh));
    await rm(folder, { recursive: true });
  });

  it("is refused by name where it has applied a part of them, and stays as it is", async () => {
    const old = await anEmpty();
    await apply(old, newest.slice(0, 12));
    const before = await readCatalog(old);
    await expect(migrate(old)).rejects.toThrow(/12 of the 17 migrations[\s\S]*0012_deleted_items_idx is missing/);
    expect(await readCatalog(old)).toEqual(before);
  });

  it("has functions that no other role may call", async () => {
    const database = await anEmpty();
    await migrate(database);
    const { rows } = await database.run({
      query: `select oid::regprocedure, exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee <> proowner)
        from pg_proc where pronamespace = 'public'::regnamespace
        and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')`,
      params: [],
    });
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.slice(1)).toEqual(["f"]);
  });
});
