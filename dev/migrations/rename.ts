import { isDeepStrictEqual } from "node:util";
import type { Snapshot, SnapshotTable } from "./snapshot.ts";

/** The name of an object, before and after. */
export type Renaming = { table: string; from: string; to: string } | { table?: undefined; from: string; to: string };

/** Renames a column, or without `table` a table, and every reference to it, as PostgreSQL does. Returns the SQL. */
export function rename(snapshot: Snapshot, { table, from, to }: Renaming): string[] {
  if (table !== undefined) {
    renameColumn(snapshot, table, from, to);
    return [`ALTER TABLE "${table}" RENAME COLUMN "${from}" TO "${to}";`];
  }
  renameTable(snapshot, from, to);
  const renamed = Object.values(snapshot.tables).find(({ name }) => name === to);
  // Snapshots omit the key of a single column, which PostgreSQL names after the table.
  const hasKey = Object.values(renamed?.columns ?? {}).some(({ primaryKey }) => primaryKey === true);
  return [
    `ALTER TABLE "${from}" RENAME TO "${to}";`,
    ...(hasKey ? [`ALTER TABLE "${to}" RENAME CONSTRAINT "${from}_pkey" TO "${to}_pkey";`] : []),
  ];
}

function renameTable(snapshot: Snapshot, from: string, to: string): void {
  snapshot.tables = mapped(snapshot.tables, ([key, table]) =>
    table.name === from ? [key.replace(/[^.]+$/, () => to), { ...table, name: to }] : [key, table],
  );
  for (const table of Object.values(snapshot.tables)) {
    for (const key of Object.values(table.foreignKeys)) {
      if (key.tableFrom === from) key.tableFrom = to;
      if (key.tableTo === from) key.tableTo = to;
    }
    if (table.name === to) inTexts(table, (text) => text.replaceAll(`"${from}".`, `"${to}".`));
  }
}

function renameColumn(snapshot: Snapshot, name: string, from: string, to: string): void {
  const renamed = (column: string) => (column === from ? to : column);
  for (const table of Object.values(snapshot.tables)) {
    for (const key of Object.values(table.foreignKeys)) {
      if (key.tableFrom === name) key.columnsFrom = key.columnsFrom.map(renamed);
      if (key.tableTo === name) key.columnsTo = key.columnsTo.map(renamed);
    }
    if (table.name !== name) continue;
    table.columns = mapped(table.columns, ([key, column]) =>
      key === from ? [to, { ...column, name: to }] : [key, column],
    );
    for (const key of [...Object.values(table.compositePrimaryKeys), ...Object.values(table.uniqueConstraints)]) {
      key.columns = key.columns.map(renamed);
    }
    inTexts(table, (text) => withIdentifier(text, from, to));
  }
}

/** Applies `change` to all SQL that can name a column of the table. */
function inTexts(table: SnapshotTable, change: (text: string) => string): void {
  for (const { generated } of Object.values(table.columns)) if (generated) generated.as = change(generated.as);
  for (const check of Object.values(table.checkConstraints)) check.value = change(check.value);
  for (const index of Object.values(table.indexes)) {
    if (index.where !== undefined) index.where = change(index.where);
    for (const column of index.columns) column.expression = change(column.expression);
  }
}

/** Replaces an identifier outside of literals. */
function withIdentifier(text: string, from: string, to: string): string {
  const bare = new RegExp(`(?<![\\w$"])${from.replace(/\W/g, "\\$&")}(?![\\w$"(])`, "g");
  return text
    .split(/('(?:[^']|'')*')/)
    .map((part, index) => (index % 2 ? part : part.replaceAll(`"${from}"`, `"${to}"`).replace(bare, () => to)))
    .join("");
}

/** True if this SQL names the column. */
export function mentions(text: string, column: string): boolean {
  return withIdentifier(text, column, `${column}_`) !== text;
}

/** Renames objects that differ in name only, instead of dropping and making them. Returns the SQL. */
export function renameWhatIsTheSame(from: Snapshot, to: Snapshot): string[] {
  const statements: string[] = [];
  for (const [key, table] of Object.entries(from.tables)) {
    const target = to.tables[key];
    if (!target) continue;
    const constraints = [
      ...samePairs(table.foreignKeys, target.foreignKeys),
      ...samePairs(table.compositePrimaryKeys, target.compositePrimaryKeys),
      ...samePairs(table.uniqueConstraints, target.uniqueConstraints),
      ...samePairs(table.checkConstraints, target.checkConstraints),
    ];
    for (const [old, now] of constraints) {
      statements.push(`ALTER TABLE "${table.name}" RENAME CONSTRAINT "${old}" TO "${now}";`);
    }
    for (const [old, now] of samePairs(table.indexes, target.indexes)) {
      statements.push(`ALTER INDEX "${old}" RENAME TO "${now}";`);
    }
  }
  return statements;
}

/** Renames in `from`, and returns the pairs of names. */
function samePairs<T extends { name: string }>(from: Record<string, T>, to: Record<string, T>): [string, string][] {
  const pairs: [string, string][] = [];
  for (const [name, object] of Object.entries(from)) {
    if (to[name]) continue;
    const now = Object.values(to).find((other) => !from[other.name] && isDeepStrictEqual({ ...other, name }, object));
    if (!now) continue;
    delete from[name];
    from[now.name] = { ...object, name: now.name };
    pairs.push([name, now.name]);
  }
  return pairs;
}

function mapped<T>(record: Record<string, T>, change: (entry: [string, T]) => [string, T]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(change));
}
