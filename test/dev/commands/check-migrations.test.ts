import { randomUUID } from "node:crypto";
import { cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, inject, it } from "vitest";
import { checkMigrations, checkWithDatabase } from "../../../dev/commands/check-migrations.ts";
import { generate } from "../../../dev/commands/generate.ts";
import { hashOf } from "../../../dev/migrations/files.ts";
import { seal } from "../../../dev/migrations/journal.ts";

const project = join(import.meta.dirname, "../../..");
const journal = "drizzle/meta/_journal.json";
const schema = "src/db/schema.ts";

describe("npm run db:check", () => {
  let copy = "";
  let tags: string[];

  async function edit(file: string, change: (text: string) => string): Promise<void> {
    const path = join(copy, file);
    const text = await readFile(path, "utf8");
    const changed = change(text);
    expect(changed).not.toBe(text);
    await writeFile(path, changed);
  }

  type Journal = { entries: { idx: number; when: number; tag: string; hash?: string }[] };
  const editJournal = (change: (entries: Journal["entries"]) => void) =>
    edit(journal, (text) => {
      const { entries, ...rest }: Journal = JSON.parse(text);
      change(entries);
      return JSON.stringify({ ...rest, entries });
    });

  /** Another migration, written by hand. */
  async function addMigration(sql = "select 1;"): Promise<void> {
    const { entries, ...rest }: Journal = JSON.parse(await readFile(join(copy, journal), "utf8"));
    const last = entries.at(-1);
    const [idx, when] = [entries.length, (last?.when ?? 0) + 1];
    const name = (index: number) => String(index).padStart(4, "0");
    const snapshot = JSON.parse(await readFile(join(copy, `drizzle/meta/${name(idx - 1)}_snapshot.json`), "utf8"));
    const next = { ...snapshot, id: randomUUID(), prevId: snapshot.id };
    await writeFile(join(copy, `drizzle/meta/${name(idx)}_snapshot.json`), JSON.stringify(next));
    await writeFile(join(copy, `drizzle/${name(idx)}_custom.sql`), sql);
    const added = [...entries, { ...last, idx, when, tag: `${name(idx)}_custom`, hash: hashOf(sql) }];
    await writeFile(join(copy, journal), JSON.stringify({ ...rest, entries: added }));
  }

  beforeEach(async () => {
    if (copy) await rm(copy, { recursive: true });
    copy = await mkdtemp(join(tmpdir(), "plinth-project-"));
    await cp(join(project, "drizzle"), join(copy, "drizzle"), { recursive: true });
    await cp(join(project, "src"), join(copy, "src"), { recursive: true });
    await symlink(join(project, "node_modules"), join(copy, "node_modules"), "junction");
    await addMigration();
    const { entries }: Journal = JSON.parse(await readFile(join(copy, journal), "utf8"));
    tags = entries.map(({ tag }) => tag);
  });
  afterAll(() => rm(copy, { recursive: true }));

  const check = () => checkWithDatabase(inject("postgres"), copy);

  it("passes migrations that are in order", async () => {
    await expect(check()).resolves.toBeUndefined();
    await expect(checkMigrations()).resolves.toBeDefined();
  });

  it("sees a column that no migration makes", async () => {
    await edit(schema, (text) => text.replace("user_agent: text()", "device: text(),\n    user_agent: text()"));
    await expect(check()).rejects.toThrow("has changed since the last migration (sessions): run npm run db:generate");
  });

  it("sees an index that is gone from the database, with the statement that brings it back", async () => {
    await addMigration("drop index audit_events_kind_idx");
    await expect(check()).rejects.toThrow(
      "- index audit_events_kind_idx is missing: CREATE INDEX audit_events_kind_idx ON public.audit_events USING btree (kind, id);",
    );
  });

  it("sees a constraint, a default and a column that were changed by hand", async () => {
    await addMigration(
      `alter table users drop constraint users_role_check, alter column role set default 'admin', add column hidden text`,
    );
    const refused = expect(check()).rejects;
    await refused.toThrow("- column users.hidden is not declared: text");
    await expect(check()).rejects.toThrow(
      /- column users.role is text not null default 'admin'::text, and declared as .*'user'/,
    );
    await expect(check()).rejects.toThrow(
      /- constraint users_role_check on users is missing: ALTER TABLE users ADD CONSTRAINT users_role_check CHECK \(.*\);/,
    );
  });

  it("lets a key name the column that it sets to null, which drizzle cannot declare", async () => {
    const [was, is] = ["invited_by: uuid().references(() => users.id)", 'users.id, { onDelete: "set null" })'];
    await edit(schema, (text) => text.replace(was, was.replace("users.id)", is)));
    const written = await generate(copy, { name: "leave", renames: [], drops: [] });
    const name = "organization_invitations_invited_by_users_id_fk on organization_invitations";
    const allowance = `-- plinth: may change constraint ${name}: the running version deletes no user who invited somebody\n`;
    await edit(
      `drizzle/${written?.file}`,
      (text) => allowance + text.replace(/ON DELETE set null/i, "$& (invited_by)"),
    );
    await seal(join(copy, "drizzle"), String(written?.file).replace(".sql", ""));
    await expect(check()).resolves.toBeUndefined();
  });

  it("lets an exclusion be what a migration makes of it, with its index, and nothing else of its kind", async () => {
    const overlap = "exclude using gist (tstzrange(created_at, expires_at) with &&)";
    await addMigration(`-- plinth: may add constraint sessions_overlap on sessions: nothing has been deployed yet
      alter table sessions add constraint sessions_overlap ${overlap}`);
    await expect(check()).resolves.toBeUndefined();
    await addMigration("create index sessions_other on sessions using gist (tstzrange(created_at, expires_at))");
    await expect(check()).rejects.toThrow("- index sessions_other is not declared");
    await expect(check()).rejects.not.toThrow("sessions_overlap");
  });

  it("lets functions, triggers and extensions be what the migrations make of them", async () => {
    await addMigration(`create function noop() returns trigger language plpgsql set search_path = public, pg_temp
      as $$ begin return new; end $$;
      --> statement-breakpoint
      revoke execute on function noop() from public;
      --> statement-breakpoint
      create trigger users_noop before update on users for each row execute function noop()`);
    await expect(check()).resolves.toBeUndefined();
  });

  it("sees a function without a search path, and one that anybody may call", async () => {
    const declaration = "create or replace function noop() returns bigint language sql";
    await addMigration(`${declaration} as 'select count(*) from users'`);
    await expect(check()).rejects.toThrow(/The function noop\(\) has no search path: .* or write public\.users\./);
    await addMigration(`${declaration} set search_path = public, pg_temp as 'select count(*) from users'`);
    await expect(check()).rejects.toThrow("Anybody may call the function noop(): add");
    await addMigration(`${declaration} as 'select count(*) from public.users'`);
    await expect(check()).rejects.toThrow("Anybody may call the function noop(): add");
  });

  it.each([
    "drop trigger items_touch on items",
    "alter table items disable trigger items_touch",
    `drop trigger items_touch on items;
      --> statement-breakpoint
      create trigger items_touch before update of title on items for each row execute function touch_row()`,
  ])("sees that %s leaves the version as it is, with the statement that moves it", async (statement) => {
    await addMigration(statement);
    await expect(check()).rejects.toThrow(
      /"version" and "updated_at" as they are in items,[\s\S]*db:generate -- --custom[\s\S]*create trigger "items_touch" before update on "items"/,
    );
  });

  it("sees a migration that was edited, and takes it when it is sealed", async () => {
    await edit("drizzle/0001_custom.sql", () => "select 2;");
    await expect(check()).rejects.toThrow(
      "drizzle/0001_custom.sql is not the text that its hash in the journal stands for",
    );
    await seal(join(copy, "drizzle"), "0001_custom");
    await expect(check()).resolves.toBeUndefined();
    await editJournal(([, second]) => delete second?.hash);
    await expect(check()).rejects.toThrow(
      "drizzle/0001_custom.sql is not the text that a hash in the journal stands for",
    );
  });

  it.each([
    ["create index concurrently users_x on users (full_name)", 'write "if not exists"'],
    ["drop index concurrently audit_events_kind_idx", 'write "if exists"'],
  ])("sees that %s cannot be repeated", async (statement, advice) => {
    await addMigration(`-- plinth: no-transaction\n${statement}`);
    await expect(check()).rejects.toThrow(`drizzle/0002_custom.sql, line 1: ${advice}`);
  });

  it("sees a migration that would be skipped, being older than the one before", async () => {
    await editJournal(([first, second]) => {
      if (first && second) second.when = first.when;
    });
    await expect(check()).rejects.toThrow("is not later than");
  });

  it("sees a gap in the journal", async () => {
    await editJournal(([, second]) => {
      if (second) second.idx = 7;
    });
    await expect(check()).rejects.toThrow("has idx 7");
  });

  it("sees a migration without its file", async () => {
    await rm(join(copy, `drizzle/${tags[1]}.sql`));
    await expect(check()).rejects.toThrow(`drizzle/${tags[1]}.sql is missing`);
  });

  it("sees a file that is not in the journal", async () => {
    await writeFile(join(copy, "drizzle/0099_stray.sql"), "select 1;");
    await expect(check()).rejects.toThrow("drizzle/0099_stray.sql is not in the journal");
  });

  it("sees a missing and a stray snapshot", async () => {
    await rename(join(copy, "drizzle/meta/0001_snapshot.json"), join(copy, "drizzle/meta/0099_snapshot.json"));
    await expect(check()).rejects.toThrow("0099_snapshot.json");
  });

  it("sees two migrations that follow the same one", async () => {
    const first = JSON.parse(await readFile(join(copy, "drizzle/meta/0000_snapshot.json"), "utf8"));
    await edit("drizzle/meta/0001_snapshot.json", (text) =>
      JSON.stringify({ ...JSON.parse(text), prevId: first.prevId }),
    );
    await expect(check()).rejects.toThrow(`The snapshot of ${tags[1]} does not follow the one before it`);
  });

  it("promise 32: sees a table of organizations without a policy, and one whose owner is not bound", async () => {
    const table = (rules: string) => `\nexport const bills = pgTable("bills", { ...organizationRow }${rules});\n`;
    await edit(schema, (text) => text + table(""));
    await expect(check()).rejects.toThrow('show the rows of all in bills: add organizationPolicy("bills", table)');
    await edit(schema, (text) => text.replace(table(""), table(', (table) => organizationRules("bills", table)')));
    const written = await generate(copy, { renames: [], drops: [] });
    expect(written?.sql).toContain('CREATE POLICY "bills_organization" ON "bills"');
    await expect(check()).resolves.toBeUndefined();
    await addMigration("alter table bills no force row level security");
    await expect(check()).rejects.toThrow("The owner of bills would see all rows");
  });

  it("promise 28: wants to know why the running version may bear a change, and checks that the file makes it", async () => {
    const added = "alter table items add shade text not null";
    await edit(schema, (text) =>
      text.replace('export const items = pgTable(\n  "items",\n  {', (head) => `${head}\n    shade: text().notNull(),`),
    );
    const written = await generate(copy, { renames: [], drops: [] });
    expect(written?.sql).toContain('ADD COLUMN "shade" text NOT NULL');
    await expect(check()).rejects.toThrow(
      /0002_items\.sql would require column items\.shade: .*\n {2}-- plinth: may require column items\.shade: …/,
    );
    const file = "drizzle/0002_items.sql";
    const say = async (line: string) => {
      await writeFile(join(copy, file), `${line}\n${written?.sql ?? added}`);
      await seal(join(copy, "drizzle"), "0002_items");
    };
    await say("-- plinth: may require column items.shade: yes");
    await expect(check()).rejects.toThrow("says that it may require column items.shade, but not why");
    await say("-- plinth: may drop table items: nobody has rows there");
    await expect(check()).rejects.toThrow("says that it may drop table items, which it does not do");
    await say("-- plinth: may require column items.shade: the table is empty until the next version");
    await expect(check()).resolves.toBeUndefined();
  });

  it("promise 28: takes an index that is built while others write, and no other", async () => {
    const index = (text: string) =>
      text.replace(
        'index("items_search_idx")',
        'index("items_shade_idx").on(table.title),\n    index("items_search_idx")',
      );
    await edit(schema, index);
    const written = await generate(copy, { renames: [], drops: [] });
    await expect(check()).rejects.toThrow("would build index items_shade_idx on items: writes to its table wait");
    const sql = `-- plinth: no-transaction\n${written?.sql.replace("INDEX", "INDEX CONCURRENTLY IF NOT EXISTS")}`;
    await writeFile(join(copy, `drizzle/${written?.file}`), sql);
    await seal(join(copy, "drizzle"), (written?.file ?? "").replace(".sql", ""));
    await expect(check()).resolves.toBeUndefined();
  });

  it.each(["{", "{}", "[]"])("refuses %j as a journal", async (text) => {
    await writeFile(join(copy, journal), text);
    await expect(check()).rejects.toThrow("is not drizzle-kit's journal");
  });
});
