import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { CommandError } from "../config.ts";
import { readText } from "../text.ts";
import { hashOf } from "./files.ts";
import { forceStatement, securedTables } from "./policies.ts";

const Named = z.looseObject({ name: z.string() });
const Index = Named.extend({
  columns: z.array(z.looseObject({ expression: z.string(), isExpression: z.boolean() })),
  where: z.string().optional(),
});
const ForeignKey = Named.extend({
  tableFrom: z.string(),
  tableTo: z.string(),
  columnsFrom: z.array(z.string()),
  columnsTo: z.array(z.string()),
});
const Column = Named.extend({ generated: z.looseObject({ as: z.string() }).optional() });
const Table = Named.extend({
  columns: z.record(z.string(), Column),
  indexes: z.record(z.string(), Index),
  foreignKeys: z.record(z.string(), ForeignKey),
  compositePrimaryKeys: z.record(z.string(), Named.extend({ columns: z.array(z.string()) })),
  uniqueConstraints: z.record(z.string(), Named.extend({ columns: z.array(z.string()) })),
  checkConstraints: z.record(z.string(), Named.extend({ value: z.string() })),
  policies: z.record(z.string(), Named),
});
const others = z.record(z.string(), z.unknown());

/** The parts of drizzle-kit's snapshot of a schema that are used here. */
export const Snapshot = z.looseObject({
  id: z.string(),
  prevId: z.string(),
  tables: z.record(z.string(), Table),
  enums: others,
  schemas: others,
  sequences: others,
  roles: others,
  policies: others,
  views: others,
});

export type Snapshot = z.infer<typeof Snapshot>;
export type SnapshotTable = Snapshot["tables"][string];

/** The predecessor of the first migration. */
export const origin = "00000000-0000-0000-0000-000000000000";

export function snapshotFile(folder: string, idx: number): string {
  return join(folder, "meta", `${String(idx).padStart(4, "0")}_snapshot.json`);
}

export async function readSnapshot(folder: string, idx: number): Promise<Snapshot> {
  const file = snapshotFile(folder, idx);
  try {
    return Snapshot.parse(JSON.parse(await readText(file)));
  } catch {
    throw new CommandError(
      `${file} is missing, or is not a snapshot of drizzle-kit. Bring it back: git checkout -- drizzle`,
    );
  }
}

/** The exports of the schema file. */
export async function readSchema(schemaFile: string): Promise<Record<string, unknown>> {
  const url = pathToFileURL(schemaFile);
  // A module is loaded once per URL: another text needs another one.
  url.searchParams.set("hash", hashOf(await readText(schemaFile)));
  return import(url.href);
}

/** The snapshot of the schema file. */
export async function currentSnapshot(schemaFile: string, prevId: string): Promise<Snapshot> {
  const { generateDrizzleJson } = await kit();
  const schema = await readSchema(schemaFile);
  // Passes through JSON, like the snapshots on disk.
  return Snapshot.parse(JSON.parse(JSON.stringify(generateDrizzleJson(schema, prevId))));
}

/**
 * The SQL between two snapshots, by drizzle-kit. It would ask a question if tables or columns were both gone and new.
 */
export async function statementsBetween(from: Snapshot, to: Snapshot): Promise<string[]> {
  const { generateMigration } = await kit();
  return (await generateMigration(from, to)).map((statement) => statement.trim());
}

/** The SQL that makes a whole schema. */
export async function statementsFor(snapshot: Snapshot): Promise<string[]> {
  return [
    ...(await statementsBetween(await emptySnapshot(), snapshot)),
    ...securedTables(snapshot).map(forceStatement),
  ];
}

export const emptySnapshot = async () => Snapshot.parse((await kit()).generateDrizzleJson({}));

/** Loads drizzle-kit on demand: it takes half a second. */
function kit() {
  return import("drizzle-kit/api");
}
