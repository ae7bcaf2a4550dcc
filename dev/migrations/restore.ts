import { CommandError } from "../config.ts";
import type { LocalDatabase } from "../local/database.ts";
import { counted } from "../terminal.ts";

type Rows = { table: string; rows: number };

/** The rows of each table of the schema `public`, counted. */
export async function rowCounts({ run }: LocalDatabase): Promise<Rows[]> {
  const tables = "select quote_ident(tablename) from pg_tables where schemaname = 'public' order by 1";
  const { rows } = await run({ query: tables, params: [] });
  const counts: Rows[] = [];
  for (const [table] of rows) {
    const { rows: counted } = await run({ query: `select count(*) from public.${table}`, params: [] });
    counts.push({ table: String(table), rows: Number(counted[0]?.[0]) });
  }
  return counts;
}

/**
 * Compares a restored database with its original, which may have gone on since. Throws `CommandError` where it lacks a table,
 * all rows of one, or where a constraint or an index of it cannot be relied on.
 */
export async function refuseDamaged(
  { run }: LocalDatabase,
  { original, restored }: { original: Rows[]; restored: Rows[] },
): Promise<void> {
  const lacking = original.flatMap(({ table, rows }) => {
    const found = restored.find((one) => one.table === table);
    if (!found) return [`The table ${table} is missing.`];
    return rows > 0 && found.rows === 0 ? [`The table ${table} has no rows: the original has ${rows}.`] : [];
  });
  const { rows: invalid } = await run({
    query: `
      select 'The constraint ' || conname || ' is not valid.' from pg_constraint where not convalidated
      union all
      select 'The index ' || indexrelid::regclass || ' is not valid.' from pg_index where not indisvalid
      order by 1`,
    params: [],
  });
  const faults = [...lacking, ...invalid.map(([fault]) => String(fault))];
  if (faults.length > 0) throw new CommandError(faults.join("\n"));
}

/** The number of each thing that {@link settle} ended. */
export type Settled = { sessions: number; mails: number; links: number };

/** A sentence's end for people: "1 session ended, 2 mails held back, 0 links taken back". */
export function settledText({ sessions, mails, links }: Settled): string {
  return `${counted(sessions, "session")} ended, ${counted(mails, "mail")} held back, ${counted(links, "link")} taken back`;
}

/**
 * Makes a database that was set back to an earlier time fit to be used. Clients hold newer tokens of its sessions, which
 * would look stolen; its waiting mails were sent, most likely; and links that were used would work again.
 */
export async function settle({ transaction }: LocalDatabase): Promise<Settled> {
  const statements = [
    "update sessions set revoked_at = now() where revoked_at is null and expires_at > now()",
    `update tasks set state = 'cancelled', finished_at = now()
      where state in ('waiting', 'running') and id in (select id from mails where sent_at is null)`,
    "delete from one_time_tokens where used_at is null",
  ];
  const results = await transaction(
    statements.map((query) => ({ query, params: [] })),
    {},
  );
  const [sessions = 0, mails = 0, links = 0] = results.map(({ rowCount }) => rowCount ?? 0);
  return { sessions, mails, links };
}
