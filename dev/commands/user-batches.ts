import { v7 as uuidv7 } from "uuid";
import type { LocalDatabase } from "../local/database.ts";
import type { UserRow } from "./user-rows.ts";

/** The outcome of a row: imported now, imported before, or the field that another account has. */
export type Outcome = "imported" | "present" | "email" | "username";

/** Leaves existing rows as they are: the unique indexes decide. */
export async function insertUsers(database: LocalDatabase, users: UserRow[]): Promise<Map<string, Outcome>> {
  const { rows } = await database.run({
    query: `
      with imported as (
        insert into users (id, email, username, full_name, role, is_active, password_hash, email_verified_at, created_at)
        select id, email, username, full_name, role, is_active, password_hash, email_verified_at, coalesce(created_at, now())
        from ${recordset} on conflict do nothing returning id
      ), events as (
        insert into audit_events (id, kind, user_id, details)
        select overlay($2::text placing right(gen_random_uuid()::text, 17) from 20)::uuid, 'account.created', id, '{"by": "npm run users:import"}' from imported
      )
      select id from imported`,
    // Each event gets another end of this id, since what lists and purges events knows their time by their id.
    params: [JSON.stringify(users), uuidv7()],
  });
  const inserted = new Set(rows.map(([id]) => id));
  const outcome = await conflicts(
    database,
    users.filter((row) => !inserted.has(row.id)),
  );
  for (const row of users) if (inserted.has(row.id)) outcome.set(row.id, "imported");
  return outcome;
}

/** Predicts the outcome of {@link insertUsers} without doing it. */
export function lookAtUsers() {
  const seen = { id: new Set<string>(), email: new Set<string>(), username: new Set<string>() };
  return async (database: LocalDatabase, users: UserRow[]): Promise<Map<string, Outcome>> => {
    const outcome = await conflicts(database, users);
    for (const row of users) {
      const [email, username] = [row.email.toLowerCase(), row.username.toLowerCase()];
      if (outcome.has(row.id)) continue;
      if (seen.id.has(row.id)) outcome.set(row.id, "present");
      else if (seen.email.has(email)) outcome.set(row.id, "email");
      else if (seen.username.has(username)) outcome.set(row.id, "username");
      else {
        outcome.set(row.id, "imported");
        seen.id.add(row.id);
        seen.email.add(email);
        seen.username.add(username);
      }
    }
    return outcome;
  };
}

/** The conflict of each row: itself, imported before, or another account. */
async function conflicts(database: LocalDatabase, users: UserRow[]): Promise<Map<string, Outcome>> {
  if (users.length === 0) return new Map();
  const { rows } = await database.run({
    query: `
      select id, case
        when exists (select from users u where u.id = r.id) then 'present'
        when exists (select from users u where lower(u.email) = lower(r.email) and deleted_at is null) then 'email'
        when exists (select from users u where lower(u.username) = lower(r.username) and deleted_at is null) then 'username'
      end from ${recordset}`,
    params: [JSON.stringify(users)],
  });
  // The query returns nothing else; null means no conflict.
  return new Map(rows.flatMap(([id, what]) => (id && what ? [[id, what as Outcome]] : [])));
}

const recordset = `jsonb_to_recordset($1::jsonb) as r (id uuid, email text, username text, full_name text, role text,
  is_active boolean, password_hash text, email_verified_at timestamptz, created_at timestamptz)`;
