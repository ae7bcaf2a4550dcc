import { setTimeout as delay } from "node:timers/promises";
import type { LocalDatabase, LocalSession } from "../local/database.ts";

/** The name of its sessions at the server. */
const application = "plinth db:migrate";
/** "plinth" in ASCII: the key of the lock that a migrator holds in its database. */
const key = "123610927625320";

/**
 * Runs `work` while no other migrator runs. The lock belongs to an open transaction of a separate session: it also
 * holds behind a pooler, and ends with this process.
 */
export async function onlyMigrator<T>(
  session: LocalDatabase["session"],
  log: (line: string) => void,
  work: (worker: LocalSession, observer: LocalSession) => Promise<T>,
): Promise<T> {
  const open: LocalSession[] = [];
  const another = async () => {
    const opened = await session(application);
    open.push(opened);
    return opened;
  };
  try {
    await takeLock(await another(), log);
    return await work(await another(), await another());
  } finally {
    for (const each of open.toReversed()) await each.close();
  }
}

/**
 * Polls, and ends with a statement that reads nothing: `create index concurrently` waits for every transaction with a
 * snapshot, and this one outlasts it.
 */
async function takeLock(guard: LocalSession, log: (line: string) => void): Promise<void> {
  for (let waited = 0; ; waited += 1) {
    await guard.run("begin");
    const { rows } = await guard.run(`select pg_try_advisory_xact_lock(${key})`);
    await guard.run("set local idle_in_transaction_session_timeout = 0");
    if (rows[0]?.[0] === "t") return;
    await guard.run("rollback");
    if (waited % 60 === 0)
      log(`Another migrator is at work on this database${await holder(guard)}; waiting for it to end.`);
    await delay(500);
  }
}

async function holder(guard: LocalSession): Promise<string> {
  const { rows } = await guard.run(`select pid, date_trunc('second', now() - xact_start)
    from pg_locks join pg_stat_activity using (pid) where locktype = 'advisory' and granted
      and (classid::bigint << 32) + objid::bigint = ${key} and database = (select oid from pg_database where datname = current_database())`);
  const [pid, since] = rows[0] ?? [];
  return pid ? ` (pid ${pid}, for ${since})` : "";
}
