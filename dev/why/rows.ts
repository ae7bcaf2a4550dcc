/** Reads the rows of a request: its tasks, its mails and its events. No address, no input, no details. */
import type { LocalDatabase } from "../local/database.ts";

export type DatabaseRow = Record<string, string | null>;
export type Rows = { tasks: DatabaseRow[]; events: DatabaseRow[] };

/** The rows of a request. A time of it spares reading tables from end to end, since ids are in the order of time. */
export async function rowsOfRequest(database: LocalDatabase, requestId: string, at: string | undefined): Promise<Rows> {
  const params = [requestId, at ?? null];
  // A UUID of version 7 begins with its milliseconds. Its rows were made within minutes of the line.
  const idAt = (seconds: number) =>
    `(lpad(to_hex((extract(epoch from $2::timestamptz + interval '${seconds} s') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`;
  const near = (id: string) => `($2::timestamptz is null or ${id} between ${idAt(-900)} and ${idAt(900)})`;
  const ask = async (query: string): Promise<DatabaseRow[]> => {
    const { fields, rows } = await database.run({ query, params });
    return rows.map((row) => Object.fromEntries(fields.map(({ name }, column) => [name, row[column] ?? null])));
  };
  const tasks = await ask(`
    select tasks.id, name, state, attempt, tasks.created_at, run_at, finished_at, error, mails.kind as mail, sent_at
    from tasks left join mails using (id)
    where tasks.request_id = $1 and ${near("tasks.id")} order by tasks.id`);
  const events = await ask(`
    select id, kind, user_id, actor_id, organization_id, created_at
    from audit_events where request_id = $1 and ${near("id")} order by id`);
  return { tasks, events };
}
