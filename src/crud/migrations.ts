import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";

/** When the newest migration that ran here was generated, in Unix milliseconds; raises 42P01 where none ever ran. */
export function findNewestMigration(db: Database) {
  return db.execute<{ created_at: string | null }>(
    sql`select max(created_at)::text as created_at from drizzle.__drizzle_migrations`,
  );
}
