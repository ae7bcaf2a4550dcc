import { eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { users } from "../db/schema.ts";
import type { Role } from "../values.ts";
import { type NewAuditEvent, telling } from "./audit-events.ts";

/** A new value for a sensitive field, and the event to record if it really differs; null if it cannot. */
type Told<Value> = { to: Value; event: NewAuditEvent | null };
export type UserChanges = {
  full_name?: string | null | undefined;
  username?: Told<string> | undefined;
  email?: (Told<string> & { resetHeldUntil: string }) | undefined;
  role?: Told<Role> | undefined;
  is_active?: Told<boolean> | undefined;
};

/** The fields that are being changed. */
export type Changed = { [Field in keyof UserChanges]: unknown };

/** Makes the statement that changes these users and records the events of what really differs. */
export function changing(
  db: Database,
  which: SQL | undefined,
  changes: UserChanges,
  more: { password_hash?: SQL } = {},
) {
  const { username, email, role, is_active, ...plain } = changes;
  const told = [
    username && { ...username, name: "username_", differs: sql`lower(username) <> lower(${username.to})` },
    email && { ...email, name: "email_", differs: sql`lower(email) <> lower(${email.to})` },
    role && { ...role, name: "role_", differs: sql`role <> ${role.to}` },
    is_active && { ...is_active, name: "active_", differs: sql`is_active <> ${is_active.to}` },
  ].flatMap((change) => (change?.event ? [{ ...change, event: change.event }] : []));
  const sameMailbox = email && sql`lower(${users.email}) = lower(${email.to})`;
  const values = {
    ...more,
    ...plain,
    username: username?.to,
    role: role?.to,
    is_active: is_active?.to,
    ...(email && {
      email: email.to,
      email_verified_at: sql`case when ${sameMailbox} then ${users.email_verified_at} end`,
      reset_held_until: sql`case when ${sameMailbox} then ${users.reset_held_until} else ${email.resetHeldUntil}::timestamptz end`,
    }),
  };
  const columns = getTableColumns(users);
  if (told.length === 0) return db.update(users).set(values).where(which).returning(columns);
  const before = db.$with("before", { id: users.id }).as(sql`select * from ${users} where ${which} for no key update`);
  const tables = told.flatMap(({ event, name, differs }) =>
    telling(event, sql`from before where ${differs}`, { name, owner: sql`before` }),
  );
  return db
    .with(before, ...tables.map(({ name, query }) => db.$with(name, {}).as(query)))
    .update(users)
    .set(values)
    .from(before)
    .where(eq(users.id, before.id))
    .returning(columns);
}
