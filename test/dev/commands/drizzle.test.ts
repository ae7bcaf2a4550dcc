import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { neon } from "@neondatabase/serverless";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/neon-http";
import { migrate as migrateOverHttp } from "drizzle-orm/neon-http/migrator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../../dev/migrations/migrate.ts";
import { mails, users } from "../../../src/db/schema.ts";
import { type Served, serve } from "../local/serve.ts";

const migrationsFolder = join(import.meta.dirname, "../../../drizzle");
const ada = {
  id: "01a206a5-be6a-75f6-a3c8-f0e43586206f",
  email: "ada@example.com",
  username: "ada",
  password_hash: "x",
};

describe("drizzle in front of the local endpoint", () => {
  let served: Served;
  const db = () => drizzle(neon(served.endpoint.connectionString));

  beforeAll(async () => {
    served = await serve();
  });
  afterAll(() => served.close());

  it("applies a broken migration not at all", async () => {
    const folder = await mkdtemp(join(tmpdir(), "plinth-migrations-"));
    await cp(migrationsFolder, folder, { recursive: true });
    const { entries } = JSON.parse(await readFile(join(folder, "meta/_journal.json"), "utf8"));
    await writeFile(join(folder, `${entries.at(-1).tag}.sql`), "select 1 / 0;");
    await expect(migrate(served.database, { folder })).rejects.toThrow(
      "drizzle/0000_init.sql, statement 1 of 1 (line 1): division by zero (22012).",
    );
    const { rows } = await served.sql.query("select to_regclass('public.users') as users");
    expect(rows).toEqual([{ users: null }]);
    await rm(folder, { recursive: true });
  });

  it("migrates once, here and over HTTP", async () => {
    const { entries } = JSON.parse(await readFile(join(migrationsFolder, "meta/_journal.json"), "utf8"));
    expect(await migrate(served.database)).toBe(entries.length);
    expect(await migrate(served.database)).toBe(0);
    await migrateOverHttp(db(), { migrationsFolder });
    const { rows } = await db().execute(sql`select count(*)::int as count from drizzle.__drizzle_migrations`);
    expect(rows).toEqual([{ count: entries.length }]);
  });

  it("writes and reads a batch", async () => {
    const [inserted, found] = await db().batch([db().insert(users).values(ada).returning(), db().select().from(users)]);
    expect(found).toEqual(inserted);
    expect(found).toMatchObject([{ ...ada, role: "user", is_active: true, full_name: null, deleted_at: null }]);
    expect(found[0]?.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("keeps nothing of a batch that fails", async () => {
    const mail = { id: ada.id, kind: "new_sign_in", recipient: ada.email, data: {} } as const;
    const batch = db().batch([db().insert(mails).values(mail), db().insert(users).values(ada)]);
    await expect(batch).rejects.toMatchObject({ code: "23505", constraint: "users_pkey" });
    expect(await db().select().from(mails)).toEqual([]);
  });
});
