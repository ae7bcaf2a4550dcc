/**
 * Tracks the users of a kept database by advisory locks of its own server: they end with their process, in any way, and
 * need no files.
 */
import pg from "pg";
import { connectionUrl, type ServerAccess } from "./folder.ts";

/** Shared by every user of the server; held exclusively by a keeper that is about to stop it. */
const inUse = 1_397_310_001;
/** Held by the keeper, which stops the unused server. */
const keeper = 1_397_310_002;
/** Held by `npm run dev`, once per folder. */
const dev = 1_397_310_003;

/** Opens a session of the administrator's, which emits `end` when it is over. */
export async function openSession(connection: ServerAccess, name: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: connectionUrl(connection, "postgres"),
    application_name: `${name} ${process.pid}`,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // Its end is what counts; unheard, the error would end this process.
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** Waits where a keeper is about to stop the server, which ends the session. */
export async function joinUsers(session: pg.Client): Promise<void> {
  await session.query("select pg_advisory_lock_shared($1)", [inUse]);
}

/** True if nobody else uses the server; from now on nobody can. */
export function takeWhenUnused(session: pg.Client): Promise<boolean> {
  return tryLock(session, inUse);
}

export async function isUsedByOthers(session: pg.Client): Promise<boolean> {
  const { rows } = await session.query(
    "select from pg_locks where locktype = 'advisory' and objid = $1::oid and granted and pid <> pg_backend_pid()",
    [inUse],
  );
  return rows.length > 0;
}

export function becomeKeeper(session: pg.Client): Promise<boolean> {
  return tryLock(session, keeper);
}

export async function hasKeeper(session: pg.Client): Promise<boolean> {
  return (await holderOf(session, keeper)) !== undefined;
}

/** Undefined where it was free and is ours now; otherwise the process that has it. */
export async function becomeDev(session: pg.Client): Promise<string | undefined> {
  if (await tryLock(session, dev)) return undefined;
  return (await holderOf(session, dev)) ?? "unknown";
}

async function tryLock(session: pg.Client, key: number): Promise<boolean> {
  const { rows } = await session.query<{ got: boolean }>("select pg_try_advisory_lock($1) as got", [key]);
  return rows[0]?.got ?? false;
}

/** The process number that its session's name ends with. */
async function holderOf(session: pg.Client, key: number): Promise<string | undefined> {
  const { rows } = await session.query<{ application_name: string }>(
    `select a.application_name from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.objid = $1::oid and l.granted`,
    [key],
  );
  return rows[0]?.application_name.split(" ").at(-1);
}
