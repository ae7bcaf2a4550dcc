/**
 * `npm run db:generate`: writes the migration to the tables of `src/db/schema.ts`. It never asks: say what became of a
 * column by `--rename tickets.subject:title` or `--drop tickets.subject`. `--name` names the file, and `--custom` leaves it empty.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CommandError, failWith, projectFolder } from "../config.ts";
import { changes, type Decisions } from "../migrations/changes.ts";
import { readJournal } from "../migrations/files.ts";
import { addMigration } from "../migrations/journal.ts";
import { forceStatement, securedTables } from "../migrations/policies.ts";
import { currentSnapshot, emptySnapshot, origin, readSnapshot, type Snapshot } from "../migrations/snapshot.ts";
import { touchTrigger, versionedTables } from "../migrations/triggers.ts";

export type GenerateOptions = Decisions & {
  /** The file's name after its number; by default the tables that it changes. */
  name?: string | undefined;
  /** Writes an empty file, for SQL by hand. */
  custom?: boolean;
};

/** Writes the next migration of `project`. Returns its file and its SQL, or nothing without a change. */
export async function generate(project: string, options: GenerateOptions) {
  const folder = join(project, "drizzle");
  const { entries } = await readJournal(folder);
  const before = entries.length === 0 ? await emptySnapshot() : await readSnapshot(folder, entries.length - 1);
  const prevId = entries.length === 0 ? origin : before.id;
  const after = await currentSnapshot(join(project, "src/db/schema.ts"), prevId);
  if (options.custom) {
    const own = { ...before, id: after.id, prevId };
    return { file: await addMigration(folder, options.name ?? "custom", "", own), sql: "" };
  }
  const statements = [
    ...(await changes(before, after, options)),
    ...triggers(before, after, options),
    ...forced(before, after, options),
  ];
  if (statements.length === 0) return undefined;
  const sql = `${statements.join("\n--> statement-breakpoint\n")}\n`;
  return { file: await addMigration(folder, options.name ?? nameOf(statements), sql, after), sql };
}

/** The triggers of the tables that get a version. */
function triggers(before: Snapshot, after: Snapshot, { renames }: Decisions): string[] {
  return added(versionedTables(before), versionedTables(after), renames).map(touchTrigger);
}

/** The statements that bind the owners of the tables that get policies. */
function forced(before: Snapshot, after: Snapshot, { renames }: Decisions): string[] {
  return added(securedTables(before), securedTables(after), renames).map(forceStatement);
}

function added(before: string[], after: string[], renames: Decisions["renames"]): string[] {
  const nowCalled = (table: string) => renames.find((one) => !one.table && one.from === table)?.to ?? table;
  const had = before.map(nowCalled);
  return after.filter((table) => !had.includes(table));
}

function nameOf(statements: string[]): string {
  const tables = statements.map((sql) => /(?:TABLE|TYPE|VIEW|ON) "(?:public"\.")?(\w+)"/.exec(sql)?.[1] ?? "schema");
  return [...new Set(tables)].slice(0, 3).join("_");
}

/** Warnings for the operator who applies it. */
function warnings(sql: string): string[] {
  const dropped = [...sql.matchAll(/(?:DROP TABLE|DROP COLUMN) (".*?")/gi)].map(([, name]) => name);
  const required = [...sql.matchAll(/ADD COLUMN (".*?") (?!.* (?:DEFAULT|GENERATED) ).* NOT NULL/g)].map(
    ([, name]) => name,
  );
  return [
    ...(dropped.length > 0 ? [`It drops ${dropped.join(", ")}, and what is in there.`] : []),
    ...(required.length > 0
      ? [
          `${required.join(", ")}: not null and without a default, so it fails where the table has rows. Fill it by hand.`,
        ]
      : []),
  ];
}

const usage = `npm run db:generate -- [--name NAME] [--custom] [--rename TABLE.OLD:NEW]… [--rename OLD_TABLE:NEW_TABLE]…
  [--drop TABLE.COLUMN]… [--drop TABLE]…`;

function renamingOf(text: string): Decisions["renames"][number] {
  const [, table, from, to] = /^(?:(\w+)\.)?(\w+):(\w+)$/.exec(text) ?? [];
  if (from === undefined || to === undefined)
    throw new CommandError(`--rename ${text} is not TABLE.OLD:NEW.\n${usage}`);
  return table === undefined ? { from, to } : { table, from, to };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      name: { type: "string" },
      custom: { type: "boolean", default: false },
      rename: { type: "string", multiple: true, default: [] },
      drop: { type: "string", multiple: true, default: [] },
    },
  });
  if (values.name !== undefined && !/^\w+$/.test(values.name))
    throw new CommandError(`--name takes letters, digits and _.`);
  const { name, custom, drop: drops } = values;
  const written = await generate(projectFolder, { name, custom, drops, renames: values.rename.map(renamingOf) });
  if (written === undefined) return console.log("src/db/schema.ts has no change that the migrations lack.");
  console.log(`drizzle/${written.file}:\n\n${written.sql || "Write it, then: npm run db:seal."}`);
  for (const warning of warnings(written.sql)) console.log(`Look out: ${warning}`);
  console.log("Read it. If you edit it, run npm run db:seal afterwards. Next: npm run db:migrate, or npm run dev.");
}

if (import.meta.main) await main().catch(failWith);
