/** `npm run db:check`: fails for migrations out of order, edited, or that differ from `src/db/schema.ts`. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import { z } from "zod";
import { failWith, projectFolder } from "../config.ts";
import { postgres } from "../local/postgres.ts";
import { createDatabase } from "../local/throwaway/database.ts";
import { startPostgres } from "../local/throwaway/postgres.ts";
import { checkFiles } from "../migrations/check-files.ts";
import { checkDatabase, checkSnapshot } from "../migrations/check-schema.ts";
import { readJournal } from "../migrations/files.ts";
import { checkPolicies } from "../migrations/policies.ts";
import { currentSnapshot, readSchema, readSnapshot, type Snapshot } from "../migrations/snapshot.ts";

/** The names of the tables that need no policy. */
const AcrossOrganizations = z.object({
  acrossOrganizations: z.array(z.custom<PgTable>((value) => is(value, PgTable)).transform(getTableName)).default([]),
});

/** Checks the files of `drizzle/` and `src/db/schema.ts` in `project`; throws `CommandError` with the first fault found. */
export async function checkMigrations(project = projectFolder): Promise<Snapshot> {
  const folder = join(project, "drizzle");
  await checkFiles(folder);
  const { entries } = await readJournal(folder);
  const last = await readSnapshot(folder, entries.length - 1);
  const schemaFile = join(project, "src/db/schema.ts");
  const declared = await currentSnapshot(schemaFile, last.prevId);
  const { acrossOrganizations } = AcrossOrganizations.parse(await readSchema(schemaFile));
  checkPolicies(declared, acrossOrganizations);
  checkSnapshot(last, declared);
  return declared;
}

/** Extends {@link checkMigrations}: also applies them to a new database on the server of `admin`. */
export async function checkWithDatabase(admin: string, project = projectFolder): Promise<void> {
  const declared = await checkMigrations(project);
  const { url, drop } = await createDatabase(admin);
  const database = postgres(url);
  try {
    await checkDatabase(database, join(project, "drizzle"), declared);
  } finally {
    await database.close();
    await drop();
  }
}

async function main(): Promise<void> {
  parseArgs({ options: {} });
  const server = await startPostgres();
  try {
    await checkWithDatabase(server.postgres);
    console.log("Schema and migrations agree.");
  } finally {
    await server.stop();
  }
}

if (import.meta.main) await main().catch(failWith);
