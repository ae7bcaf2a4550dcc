import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { users } from "../db/schema.ts";

/** The queries of users' password hashes. */
export const PasswordHashes = {
  /** The kinds of stored hashes, each the text before a salt. Skips through the index, one look for each kind. */
  listKinds(db: Database) {
    const kind = sql`substring(password_hash from '^[$][^$]*[$][^$]*')`;
    return db.execute<{ kind: string }>(sql`
      with recursive kinds as (
        (select ${kind} as kind from ${users} order by 1 limit 1)
        union all
        select (select ${kind} from ${users} where ${kind} > kinds.kind order by 1 limit 1) from kinds
        where kinds.kind is not null
      )
      select kind from kinds where kind is not null`);
  },

  /**
   * Compares and sets, so that an upgrade never overwrites a new password. Only for a live user, even after a wait for a
   * deletion.
   */
  replace(db: Database, id: string, oldHash: string, newHash: string) {
    return db
      .update(users)
      .set({ password_hash: newHash })
      .where(and(eq(users.id, id), eq(users.password_hash, oldHash), isNull(users.deleted_at)))
      .returning({ id: users.id });
  },
};

/** True if the user's password has exactly this hash. */
export function hasPasswordHash(id: string, hash: string): SQL {
  return sql`exists (select from ${users} where id = ${id}::uuid and password_hash = ${hash})`;
}
