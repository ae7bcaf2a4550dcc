import { and, desc, eq, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { users } from "../db/schema.ts";
import { isAdmin } from "./guards.ts";
import { containing } from "./text.ts";

export type UserValues = typeof users.$inferInsert;
export type UserChanges = {
  [K in "email" | "username" | "full_name" | "role" | "is_active"]?: UserValues[K] | undefined;
};

/** Unique without case among live users: raises 23505 on `users_email_key` or `users_username_key`. */
export function insertUser(db: Database, values: UserValues) {
  return db.insert(users).values(values).returning();
}

/** The live user with this id, where the caller is that user or an admin. */
export function findUser(db: Database, id: string, callerId: string) {
  return db.select().from(users).where(reachable(id, callerId));
}

/** The live user who signs in with this e-mail address or username, in any letter case. */
export function findUserByLogin(db: Database, login: string) {
  const column = login.includes("@") ? users.email : users.username;
  return db
    .select()
    .from(users)
    .where(and(sql`lower(${column}) = lower(${login})`, isNull(users.deleted_at)));
}

/** Live users, newest first, those after the cursor `after`; `q` looks into name, username and e-mail. */
export function listUsers(db: Database, page: { q?: string | undefined; after?: string | undefined; limit: number }) {
  return db
    .select()
    .from(users)
    .where(
      and(
        isNull(users.deleted_at),
        page.after === undefined ? undefined : lt(users.id, page.after),
        page.q === undefined
          ? undefined
          : or(
              containing(users.email, page.q),
              containing(users.username, page.q),
              containing(users.full_name, page.q),
            ),
      ),
    )
    .orderBy(desc(users.id))
    .limit(page.limit);
}

/** Another e-mail address is unverified; a mere change of letter case leaves it as it was. */
export function updateUser(db: Database, id: string, callerId: string, changes: UserChanges) {
  const { email } = changes;
  const email_verified_at = sql`case when lower(${users.email}) = lower(${email}) then ${users.email_verified_at} end`;
  return db
    .update(users)
    .set({ ...changes, ...(email !== undefined && { email_verified_at }), updated_at: sql`now()` })
    .where(reachable(id, callerId))
    .returning();
}

/** Soft: the row stays, its e-mail and username are free again. */
export function deleteUser(db: Database, id: string, callerId: string) {
  return db
    .update(users)
    .set({ deleted_at: sql`now()`, updated_at: sql`now()` })
    .where(reachable(id, callerId))
    .returning({ id: users.id });
}

/** Compare-and-set, so that an upgrade never overwrites a password that changed meanwhile. */
export function replacePasswordHash(db: Database, id: string, oldHash: string, newHash: string) {
  return db
    .update(users)
    .set({ password_hash: newHash })
    .where(and(eq(users.id, id), eq(users.password_hash, oldHash)))
    .returning({ id: users.id });
}

/** True where the user has the password of exactly this hash. */
export function hasPasswordHash(id: string, hash: string): SQL {
  return sql`exists (select from ${users} where id = ${id}::uuid and password_hash = ${hash})`;
}

function reachable(id: string, callerId: string): SQL | undefined {
  return and(eq(users.id, id), isNull(users.deleted_at), or(eq(users.id, callerId), isAdmin(callerId)));
}
