import { and, eq, isNull, not, or, type SQL, sql } from "drizzle-orm";
import { users } from "../db/schema.ts";
import type { Caller } from "../security/caller.ts";
import { isAdmin, namesCallerOrAdmin } from "./guards.ts";
import type { Changed } from "./user-changes.ts";

/**
 * Matches an e-mail address or username. Folds the login as its budget of guesses does, in JavaScript: a spelling that only
 * Postgres folds alike, such as one with a Turkish İ, would give an account a second budget.
 */
export function hasLogin(login: string): SQL {
  return sql`lower(${login.includes("@") ? users.email : users.username}) = ${login.toLowerCase()}`;
}

/** The live user with this id, if the caller is that user or an admin. */
export function isReachable(id: string, caller: Caller): SQL | undefined {
  return and(eq(users.id, id), isNull(users.deleted_at), namesCallerOrAdmin(users.id, caller));
}

/**
 * The row that these changes may reach. Requires the caller's own row to be an admin's still, which also holds after a
 * wait for its lock. Never matches a change of the caller's own address.
 */
export function isChangeable(id: string, caller: Caller, { role, is_active, ...others }: Changed) {
  const { email } = others;
  const byAuthority = email !== undefined || role !== undefined || is_active !== undefined;
  if (!byAuthority) return isReachable(id, caller);
  const isOwn = eq(users.id, caller.id);
  const whose = or(
    and(isOwn, eq(users.role, "admin"), users.is_active, email === undefined ? undefined : sql`false`),
    and(not(isOwn), isAdmin(caller)),
  );
  const isBarring = Object.values(others).every((value) => value === undefined);
  return and(eq(users.id, id), whose, or(isNull(users.deleted_at), isBarring ? isKept : undefined));
}

/** True during the grace of a deleted user who was not scrubbed yet. */
export function isRestorable(graceDays: number): SQL {
  return sql`(${users.deleted_at} > now() - make_interval(days => ${graceDays}::int) and ${isKept})`;
}

/** True if the user may also restore the account without help: never after an admin deleted or deactivated it. */
export function isOwnToRestore(graceDays: number): SQL {
  return sql`(${isRestorable(graceDays)} and ${users.deleted_by} = ${users.id} and ${users.is_active})`;
}

/** True until the purge has begun to take a deleted user apart. */
const isKept = sql`(${users.purged_at} is null and ${users.password_hash} <> '')`;

/** True if the user is not active. */
export function isInactive(id: string): SQL {
  return sql`exists (select from ${users} where id = ${id}::uuid and not is_active)`;
}

/** True in the transaction that deleted the user. */
export function wasJustDeleted(id: string): SQL {
  return sql`exists (select from ${users} where id = ${id}::uuid and deleted_at = now()::timestamptz(3))`;
}

/** True in the transaction that proved for the first time who owns the account's mailbox. */
export function wasJustVerified(id: string): SQL {
  return sql`exists (select from ${users} where id = ${id}::uuid and email_verified_at = now()::timestamptz(3))`;
}

/** True if nobody has proved yet to own the account's mailbox. */
export function isUnverified(id: string): SQL {
  return sql`exists (select from ${users} where id = ${id}::uuid and email_verified_at is null)`;
}
