import type { LocalSession, SqlStatement } from "../local/database.ts";
import type { Migration } from "./files.ts";
import type { Applied } from "./plan.ts";

/** drizzle-orm's own table, so that its migrators and this one read the same record. */
const table = "drizzle.__drizzle_migrations";

type Run = Pick<LocalSession, "run">;

/** Makes the table of records if it is missing. */
export async function prepareRecords({ run }: Run): Promise<void> {
  const { rows } = await run(`select to_regclass('${table}')`);
  // Checks first, because `if not exists` demands the right to create even if nothing is to be made.
  if (rows[0]?.[0] !== null) return;
  await run("create schema if not exists drizzle");
  await run(`create table if not exists ${table} (id serial primary key, hash text not null, created_at bigint)`);
}

export async function readRecords({ run }: Run): Promise<Applied[]> {
  const { rows } = await run(`select created_at, hash from ${table} order by id`);
  return rows.map(([when, hash]) => ({ when: Number(when), hash: hash ?? "" }));
}

/** Blocks other writers of records until the transaction ends; Workers can read on. */
export const lockRecords = `lock table ${table} in share row exclusive mode`;

export function insertRecord({ hash, when }: Migration): SqlStatement {
  return { query: `insert into ${table} (hash, created_at) values ($1, $2)`, params: [hash, String(when)] };
}

export function deleteRecords(hashes: string[]): SqlStatement {
  return { query: `delete from ${table} where hash = any($1::text[])`, params: [`{${hashes.join(",")}}`] };
}
