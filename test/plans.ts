/** Data and plans for the tests that hold queries to their indexes. */
import { type SQLWrapper, sql } from "drizzle-orm";
import { db } from "./harness.ts";

/** Half of all random ids come before it. */
export const middle = "80000000-0000-4000-8000-000000000000";
export const first = { after: undefined, limit: 21 };
/** Behind rows that are newer than all there are: a page that has rows. */
export const later = { after: { key: new Date(Date.now() + 86_400_000).toISOString(), id: middle }, limit: 21 };

/** The plan of a query over tables that are too large to be read from end to end. */
export async function planOf(query: SQLWrapper): Promise<string> {
  const plan = await db.execute<{ "QUERY PLAN": string }>(sql`explain ${query.getSQL()}`);
  return plan.rows.map((row) => row["QUERY PLAN"]).join("\n");
}

/** So many users, whose names begin with `mark`, that no plan reads them from end to end. */
export function manyUsers(mark: string) {
  return db.execute(sql`insert into users (id, email, username, password_hash)
    select gen_random_uuid(), ${mark} || n || '@example.com', ${mark} || n, '' from generate_series(1, 5000) n`);
}
