import { CommandError } from "../config.ts";
import { mentions, type Renaming, rename, renameWhatIsTheSame } from "./rename.ts";
import { type Snapshot, type SnapshotTable, statementsBetween } from "./snapshot.ts";

/** The author's answers about tables and columns that are gone while others are new. */
export type Decisions = { renames: Renaming[]; drops: string[] };

/** The SQL from `before` to `after`. Throws {@link CommandError} with the first open question. */
export async function changes(before: Snapshot, after: Snapshot, { renames, drops }: Decisions): Promise<string[]> {
  const from = structuredClone(before);
  for (const renaming of renames) refuseUseless(renaming, from, after);
  // Tables come first, because columns are named with the table's new name.
  const tablesFirst = [...renames.filter(({ table }) => !table), ...renames.filter(({ table }) => table)];
  const renamed = tablesFirst.flatMap((renaming) => rename(from, renaming));
  refuseOpenQuestions(from, after, drops);
  renamed.push(...renameWhatIsTheSame(from, after));
  // Drops and adds in two steps, so that drizzle-kit has nothing to ask.
  const freed = withoutGenerated(from, after);
  const between = withoutWhatGoes(freed, after);
  const generated = await statementsBetween(from, freed);
  const dropped = await statementsBetween(withoutReferencesToWhatGoes(freed, between), between);
  const made = await statementsBetween(between, after);
  return [...renamed, ...generated, ...dropped, ...made, ...(await lostWithColumns(made, after))];
}

function refuseUseless({ table, from, to }: Renaming, before: Snapshot, after: Snapshot): void {
  const names = (snapshot: Snapshot) =>
    table === undefined
      ? tables(snapshot).map(({ name }) => name)
      : Object.keys(tableOf(snapshot, table)?.columns ?? {});
  const what = table === undefined ? "table" : `column of ${table}`;
  const old = table === undefined || tableOf(before, table) ? names(before) : undefined;
  // Allows for a rename of the table in the same migration.
  if (old && (!old.includes(from) || names(after).includes(from))) {
    throw new CommandError(
      `${from} is no ${what} that is gone from src/db/schema.ts, so it cannot be renamed to ${to}.`,
    );
  }
  if (!names(after).includes(to) || old?.includes(to)) {
    throw new CommandError(`${to} is no new ${what} in src/db/schema.ts, so ${from} cannot be renamed to it.`);
  }
}

function refuseOpenQuestions(before: Snapshot, after: Snapshot, drops: string[]): void {
  const questions = [question("", names(before.tables), names(after.tables), drops)];
  for (const [key, table] of Object.entries(before.tables)) {
    const target = after.tables[key];
    if (target)
      questions.push(question(`${table.name}.`, Object.keys(table.columns), Object.keys(target.columns), drops));
  }
  for (const kind of ["enums", "schemas", "sequences", "roles", "policies", "views"] as const) {
    const [gone, made] = difference(Object.keys(before[kind]), Object.keys(after[kind]));
    if (gone.length > 0 && made.length > 0) {
      questions.push(
        `${gone.join(", ")} of the ${kind} is gone, and ${made.join(", ")} is new. Do one in a migration, and the other in the next.`,
      );
    }
  }
  const open = questions.filter((text) => text !== "");
  if (open.length > 0) throw new CommandError(open.join("\n\n"));
}

function question(prefix: string, before: string[], after: string[], drops: string[]): string {
  const [gone, made] = difference(before, after);
  const unanswered = gone.filter((name) => !drops.includes(`${prefix}${name}`));
  const [old] = unanswered;
  if (old === undefined || made.length === 0) return "";
  const what = prefix === "" ? "Tables" : `Columns of ${prefix.slice(0, -1)}`;
  return [
    `${what} are gone (${unanswered.join(", ")}) while others are new (${made.join(", ")}). Say of each that is gone what became of it:`,
    ...made.map((name) => `  npm run db:generate -- --rename ${prefix}${old}:${name}   keeps its data`),
    `  npm run db:generate -- --drop ${prefix}${old}   throws its data away`,
  ].join("\n");
}

function difference(before: string[], after: string[]): [gone: string[], made: string[]] {
  return [before.filter((name) => !after.includes(name)), after.filter((name) => !before.includes(name))];
}

/** Leaves out generated columns made of a column that goes: PostgreSQL wants them dropped before it. */
function withoutGenerated(from: Snapshot, to: Snapshot): Snapshot {
  const rest = structuredClone(from);
  for (const [key, table] of Object.entries(rest.tables)) {
    const target = to.tables[key];
    if (!target) continue;
    const gone = Object.keys(table.columns).filter((column) => !target.columns[column]);
    for (const { name, generated } of Object.values(table.columns)) {
      if (!generated || !gone.some((column) => mentions(generated.as, column))) continue;
      delete table.columns[name];
      removeDependents(table, name);
    }
  }
  return rest;
}

/** Leaves out the tables and columns that `to` lacks, and all that goes with them. */
function withoutWhatGoes(from: Snapshot, to: Snapshot): Snapshot {
  const rest = structuredClone(from);
  for (const [key, table] of Object.entries(rest.tables)) {
    const target = to.tables[key];
    if (!target) {
      delete rest.tables[key];
      continue;
    }
    const gone = Object.keys(table.columns).filter((column) => !target.columns[column]);
    for (const column of gone) {
      delete table.columns[column];
      removeDependents(table, column);
      for (const other of tables(rest)) {
        removeWhere(
          other.foreignKeys,
          ({ tableTo, columnsTo }) => tableTo === table.name && columnsTo.includes(column),
        );
      }
    }
  }
  const left = names(rest.tables);
  for (const table of tables(rest)) removeWhere(table.foreignKeys, ({ tableTo }) => !left.includes(tableTo));
  return rest;
}

/** Leaves out references to dropped tables, which go with them: drizzle-kit would drop them again. */
function withoutReferencesToWhatGoes(from: Snapshot, to: Snapshot): Snapshot {
  const rest = structuredClone(from);
  const left = names(to.tables);
  for (const table of tables(rest)) removeWhere(table.foreignKeys, ({ tableTo }) => !left.includes(tableTo));
  return rest;
}

/**
 * Restores indexes and constraints of a generated column whose expression changes: it is dropped and added, and
 * drizzle-kit sees no change in them.
 */
async function lostWithColumns(statements: string[], after: Snapshot): Promise<string[]> {
  const text = statements.join("\n");
  const without = structuredClone(after);
  for (const [, name = "", column = ""] of text.matchAll(/ALTER TABLE "(\w+)" DROP COLUMN "(\w+)"/gi)) {
    const table = tableOf(without, name);
    if (table?.columns[column]) removeDependents(table, column);
  }
  const missing = await statementsBetween(without, after);
  return missing.filter((statement) => !statements.includes(statement));
}

function removeDependents(table: SnapshotTable, column: string): void {
  removeWhere(table.indexes, ({ columns, where = "" }) =>
    [where, ...columns.map(({ expression }) => expression)].some((text) => mentions(text, column)),
  );
  removeWhere(table.foreignKeys, ({ columnsFrom }) => columnsFrom.includes(column));
  removeWhere(table.compositePrimaryKeys, ({ columns }) => columns.includes(column));
  removeWhere(table.uniqueConstraints, ({ columns }) => columns.includes(column));
  removeWhere(table.checkConstraints, ({ value }) => mentions(value, column));
}

function removeWhere<T>(record: Record<string, T>, condition: (value: T) => boolean): void {
  for (const [key, value] of Object.entries(record)) if (condition(value)) delete record[key];
}

const tables = (snapshot: Snapshot) => Object.values(snapshot.tables);
const names = (record: Snapshot["tables"]) => Object.values(record).map(({ name }) => name);
const tableOf = (snapshot: Snapshot, name: string) => tables(snapshot).find((table) => table.name === name);
