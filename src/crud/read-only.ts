import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";

/** The query of a database that takes no writes. */
export const ReadOnly = {
  /** One row on a replica, and where transactions are read-only by default. It does not see a full disk. */
  reasons(db: Database) {
    return db.execute(sql`
      select where pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean`);
  },
};
