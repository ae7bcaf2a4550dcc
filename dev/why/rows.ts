/** Reads the rows of a request: its tasks, its mails and its events. No address, no input, no details. */
import type { LocalDatabase } from "../local/database.ts";
import type { LogLine } from "./lines.ts";

export type DatabaseRow = Record<string, string | null>;
export type Rows = { tasks: DatabaseRow[]; events: DatabaseRow[] };

/** The times between which these lines were written, if the beginning is known: a task's line may be days younger. */
function periodOf(lines: readonly LogLine[]): { from: string; to: string } | undefined {
  const times = lines.flatMap(({ at }) => at ?? []).toSorted();
  const [from, to] = [times[0], times.at(-1)];
  return from && to && lines.some(({ message, at }) => message === "request" && at) ? { from, to } : undefined;
}

/** The rows of a request. The times of its lines spare reading tables from end to end, since ids are in their order. */
export async function rowsOfRequest(
  database: LocalDatabase,
  requestId: string,
  lines: readonly LogLine[],
): Promise<Rows> {
  const period = periodOf(lines);
  const params = [requestId, period?.from ?? null, period?.to ?? null];
  // A UUID of version 7 begins with its milliseconds. Its rows were made within minutes of a line.
  const idAt = (time: string) =>
    `(lpad(to_hex((extract(epoch from ${time}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`;
  const [first, last] = [idAt("$2::timestamptz - interval '900 s'"), idAt("$3::timestamptz + interval '900 s'")];
  const near = (id: string) => `($2::timestamptz is null or ${id} between ${first} and ${last})`;
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
