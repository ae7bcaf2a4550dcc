import { join } from "node:path";
import { projectFolder } from "../config.ts";
import type { LocalDatabase } from "../local/database.ts";
import { type Migration, readMigrations } from "./files.ts";
import { readHistory } from "./history.ts";
import { plan } from "./plan.ts";
import { readRecords } from "./records.ts";

/** The migrations that the database lacks. Throws `CommandError` where its records are not those of the files. */
export async function pendingIn(database: LocalDatabase): Promise<Migration[]> {
  const folder = join(projectFolder, "drizzle");
  const files = await readMigrations(folder);
  const history = await readHistory(folder, files[0]?.tag ?? "");
  const records = await readRecords({ run: (query, params = []) => database.run({ query, params }) });
  return plan(files, records, history).pending;
}
