import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { checkMigrations } from "../../../dev/commands/check-migrations.ts";
import { type GenerateOptions, generate } from "../../../dev/commands/generate.ts";
import { sealEdited } from "../../../dev/commands/seal.ts";
import { postgres } from "../../../dev/local/postgres.ts";
import { createDatabase } from "../../../dev/local/throwaway/database.ts";
import { checkDatabase } from "../../../dev/migrations/check-schema.ts";
import { migrate } from "../../../dev/migrations/migrate.ts";

const project = join(import.meta.dirname, "../../..");

const tickets = `import { sql } from "drizzle-orm";
import { check, customType, index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
const searchVector = customType<{ data: string }>({ dataType: () => "tsvector" });
export const teams = pgTable("teams", { id: uuid().primaryKey(), name: text().notNull().unique() });
export const tickets = pgTable("tickets", {
  id: uuid().primaryKey(),
  team_id: uuid().references(() => teams.id),
  subject: text().notNull(),
  body: text(),
  search: searchVector().generatedAlwaysAs(sql.raw("to_tsvector('simple'::regconfig, subject || ' subject ' || coalesce(body, ''))")),
}, (table) => [
  index("tickets_search_idx").using("gin", table.search),
  index("tickets_subject_idx").on(sql\`lower(\${table.subject})\`).where(sql\`\${table.subject} <> ''\`),
  check("tickets_subject_check", sql\`length(\${table.subject}) < 200\`),
]);
`;

describe("npm run db:generate", () => {
  let copy = "";

  /** A project whose first migration has made the tables above. */
  beforeEach(async () => {
    copy = await mkdtemp(join(tmpdir(), "plinth-project-"));
    await writeFile(join(copy, "package.json"), '{ "type": "module" }');
    await symlink(join(project, "node_modules"), join(copy, "node_modules"), "junction");
    await mkdir(join(copy, "drizzle/meta"), { recursive: true });
    await writeFile(
      join(copy, "drizzle/meta/_journal.json"),
      JSON.stringify({ version: "7", dialect: "postgresql", entries: [] }),
    );
    await mkdir(join(copy, "src/db"), { recursive: true });
    await schema(tickets);
    await generated({ name: "init" });
  });
  afterEach(() => rm(copy, { recursive: true }));

  const schema = (text: string) => writeFile(join(copy, "src/db/schema.ts"), text);

  const generated = (options: Partial<GenerateOptions> = {}) => generate(copy, { renames: [], drops: [], ...options });
  const refusal = (options: Partial<GenerateOptions> = {}) =>
    generated(options).then(
      () => "",
      (error: Error) => error.message,
    );

  /** Applies the migrations to a database with a row, and answers its remaining difference from the schema. */
  async function applied(query: string) {
    const { url, drop } = await createDatabase(inject("postgres"));
    const database = postgres(url);
    try {
      const folder = join(copy, "drizzle");
      await migrate(database, { folder: await onlyFirst(folder) });
      const row = "insert into tickets (id, subject) values ('01a206a5-be6a-75f6-a3c8-f0e43586206f', 'Printer')";
      await database.run({ query: row, params: [] });
      await migrate(database, { folder });
      const { rows } = await database.run({ query, params: [] });
      await checkDatabase(database, folder, await checkMigrations(copy));
      return rows;
    } finally {
      await database.close();
      await drop();
    }
  }

  async function onlyFirst(folder: string): Promise<string> {
    const first = join(copy, "first");
    await rm(first, { recursive: true, force: true });
    await cp(folder, first, { recursive: true });
    const journal = JSON.parse(await readFile(join(first, "meta/_journal.json"), "utf8"));
    await writeFile(
      join(first, "meta/_journal.json"),
      JSON.stringify({ ...journal, entries: journal.entries.slice(0, 1) }),
    );
    return first;
  }

  const renamed = tickets.replaceAll("subject:", "title:").replaceAll("table.subject", "table.title");
  const inExpression = (text: string) => text.replace("subject || ' subject '", "title || ' subject '");

  it("writes nothing where nothing has changed", async () => {
    expect(await generated()).toBeUndefined();
  });

  it("names the file after its tables, and adds it to the journal with its hash", async () => {
    await schema(tickets.replace("body: text(),", "body: text(),\n  tag: text(),"));
    expect(await generated()).toEqual({
      file: "0001_tickets.sql",
      sql: 'ALTER TABLE "tickets" ADD COLUMN "tag" text;\n',
    });
    expect(await applied("select tag from tickets")).toEqual([[null]]);
  });

  it("gives a table that gets a version the trigger that moves it, once", async () => {
    const counted = tickets
      .replace("import { check,", "import { check, integer, timestamp,")
      .replace("body: text(),", "body: text(),\n  version: integer(),\n  updated_at: timestamp(),");
    await schema(counted);
    const { sql = "" } = (await generated()) ?? {};
    expect(sql).toContain(
      'create trigger "tickets_touch" before update on "tickets" for each row\nexecute function touch_row();\n',
    );
    await schema(counted.replace('pgTable("tickets"', 'pgTable("cases"').replaceAll('"tickets_', '"cases_'));
    const renamed = await generated({ renames: [{ from: "tickets", to: "cases" }] });
    expect(renamed?.sql).not.toMatch(/trigger/i);
    expect(renamed?.sql).toContain('ALTER TABLE "tickets" RENAME TO "cases";');
  });

  it("says what to answer where a column is gone and another is new, and writes nothing", async () => {
    await schema(inExpression(renamed));
    const said = await refusal();
    expect(said).toContain("Columns of tickets are gone (subject) while others are new (title).");
    expect(said).toContain("npm run db:generate -- --rename tickets.subject:title   keeps its data");
    expect(said).toContain("npm run db:generate -- --drop tickets.subject   throws its data away");
    await schema(tickets);
    expect(await generated()).toBeUndefined();
  });

  it("renames a column with its data, its indexes, its check, and the generated column that is made of it", async () => {
    await schema(inExpression(renamed));
    const written = await generated({ renames: [{ table: "tickets", from: "subject", to: "title" }] });
    expect(written?.sql).toBe('ALTER TABLE "tickets" RENAME COLUMN "subject" TO "title";\n');
    expect(await applied("select title, search from tickets")).toEqual([["Printer", "'printer':1 'subject':2"]]);
  });

  it("makes the index of a generated column again when its expression changes, also beside a renaming", async () => {
    await schema(inExpression(renamed).replace("' subject '", "' '"));
    const written = await generated({ renames: [{ table: "tickets", from: "subject", to: "title" }] });
    expect(written?.sql).toMatch(
      /RENAME COLUMN "subject" TO "title"[\s\S]*drop column "search"[\s\S]*ADD COLUMN "search"/i,
    );
    expect(written?.sql.match(/CREATE INDEX/g)).toHaveLength(1);
    expect(written?.sql).toContain('CREATE INDEX "tickets_search_idx" ON "tickets" USING gin ("search")');
    expect(await applied("select search from tickets")).toEqual([["'printer':1"]]);
  });

  it("drops a column with all that hangs on it when told to, and adds the other", async () => {
    await schema(inExpression(renamed));
    const { file = "", sql = "" } = (await generated({ drops: ["tickets.subject"], name: "drop_subject" })) ?? {};
    const filled = sql.replace('"title" text NOT NULL', `"title" text DEFAULT 'none' NOT NULL`);
    expect(filled).not.toBe(sql);
    const undone = 'ALTER TABLE "tickets" ALTER COLUMN "title" DROP DEFAULT;';
    await writeFile(join(copy, "drizzle", file), `${filled}--> statement-breakpoint\n${undone}\n`);
    expect(await sealEdited(copy)).toEqual(["0001_drop_subject"]);
    expect(await applied("select title from tickets")).toEqual([["none"]]);
  });

  it("renames a referenced table and column, and their keys, with what refers to them", async () => {
    await schema(
      tickets
        .replace('teams = pgTable("teams", { id:', 'teams = pgTable("groups", { key:')
        .replace("teams.id", "teams.key")
        .replace("team_id", "group_id"),
    );
    expect(await refusal()).toContain("Tables are gone (teams) while others are new (groups).");
    const written = await generated({
      renames: [
        { from: "teams", to: "groups" },
        { table: "groups", from: "id", to: "key" },
        { table: "tickets", from: "team_id", to: "group_id" },
      ],
    });
    expect(written?.sql.trim().split("\n--> statement-breakpoint\n")).toEqual([
      'ALTER TABLE "teams" RENAME TO "groups";',
      'ALTER TABLE "groups" RENAME CONSTRAINT "teams_pkey" TO "groups_pkey";',
      'ALTER TABLE "groups" RENAME COLUMN "id" TO "key";',
      'ALTER TABLE "tickets" RENAME COLUMN "team_id" TO "group_id";',
      'ALTER TABLE "groups" RENAME CONSTRAINT "teams_name_unique" TO "groups_name_unique";',
      'ALTER TABLE "tickets" RENAME CONSTRAINT "tickets_team_id_teams_id_fk" TO "tickets_group_id_groups_key_fk";',
    ]);
    await applied("select group_id from tickets");
  });

  it("drops a table that others refer to", async () => {
    await schema(
      tickets
        .replace(/export const teams.*\n/, 'export const crews = pgTable("crews", { id: uuid().primaryKey() });\n')
        .replace("team_id: uuid().references(() => teams.id),\n", ""),
    );
    await generated({ drops: ["teams", "tickets.team_id"] });
    await applied("select id from crews");
  });

  it.each([
    [{ renames: [{ table: "tickets", from: "nothing", to: "title" }] }, "nothing is no column of tickets that is gone"],
    [{ renames: [{ table: "tickets", from: "subject", to: "nothing" }] }, "nothing is no new column of tickets"],
    [{ renames: [{ from: "tickets", to: "requests" }] }, "tickets is no table that is gone"],
  ])("refuses an answer that answers nothing: %j", async (options, sentence) => {
    await schema(inExpression(renamed));
    expect(await refusal(options)).toContain(sentence);
  });

  it("writes an empty file for SQL by hand, which is taken when it is sealed", async () => {
    expect(await generated({ custom: true, name: "by_hand" })).toEqual({ file: "0001_by_hand.sql", sql: "" });
    await writeFile(join(copy, "drizzle/0001_by_hand.sql"), "update tickets set body = 'filled'");
    await expect(checkMigrations(copy)).rejects.toThrow("npm run db:seal");
    expect(await sealEdited(copy)).toEqual(["0001_by_hand"]);
    expect(await applied("select body from tickets")).toEqual([["filled"]]);
  });
});
