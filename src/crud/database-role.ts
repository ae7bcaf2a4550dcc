import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";

/** The queries of the role that the Worker signs in as. */
export const DatabaseRole = {
  /** The powers of our role that a Worker should not have. */
  powers(db: Database) {
    return db.execute<{ power: string }>(sql`
      select power
      from pg_roles cross join lateral (values
        (rolsuper, 'is a superuser'),
        (rolsuper or rolbypassrls, 'may bypass row-level security'),
        (exists (select from pg_class where relowner = pg_roles.oid and relnamespace = 'public'::regnamespace), 'owns tables')
      ) as powers (has, power)
      where rolname = current_user and has
      order by power`);
  },
};
