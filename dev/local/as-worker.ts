import { makeWorkerRole, mayActAs } from "../migrations/worker-role.ts";
import type { LocalDatabase } from "./database.ts";
import { postgres } from "./postgres.ts";

/**
 * The migrated database of this URL as the Worker sees it in production: in a role that owns nothing. Makes the role if
 * there is none. Throws `CommandError` if it cannot.
 */
export async function asWorker(database: LocalDatabase, url: string): Promise<LocalDatabase> {
  const { name: role } = await makeWorkerRole(database);
  await mayActAs(database, role);
  return postgres(url, { role });
}
