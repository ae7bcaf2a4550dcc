import type { LocalSession, SqlStatement } from "../local/database.ts";
import type { Migration } from "./files.ts";
import type { Applied } from "./plan.ts";

/** drizzle-orm's own table, so that its migrators and this one read the same record. */
const table = "drizzle.__drizzle_migrations";

type Run = Pick<LocalSession, "run">;

/** True if the database has the table of records: an empty schema `drizzle` is left where an older migrator was killed. */
export async function isMigrated({ run }: Run): Promise<boolean> {
  const { rows } = await run(`select to_regclass('${table}')`);
  return rows[0]?.[0] !== null;
}

/**
 * Makes the table of records if it is missing, and has the database say whose it is, if that is known: together, since a
 * migrated database that does not say so is refused.
 */
export async function prepareRecords(worker: Run, owner?: string): Promise<void> {
  // Checks first, because `if not exists` demands the right to create even if nothing is to be made.
  if (await isMigrated(worker)) return;
  await worker.run(`do $$
    begin
      create schema if not exists drizzle;
      create table if not exists ${table} (id serial primary key, hash text not null, created_at bigint);
      ${owner === undefined ? "" : `${ownedBy(owner)};`}
    end
  $$`);
}

/** The statement by which a database says that it belongs to an environment. */
export function ownedBy(env: string): string {
  return `comment on schema drizzle is 'plinth: ${env.replaceAll("'", "''")}'`;
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
