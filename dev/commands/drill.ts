/**
 * `npm run db:drill [-- --env production]`: proves that a restored database can take the place of the original. Copies a
 * database of this machine; for any other, `RESTORED_URL` names one that was restored from a backup or is a branch.
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { CommandError, checkedUrl, describeDatabase, failWith } from "../config.ts";
import { interruptible, type Progress } from "../interruption.ts";
import type { LocalDatabase } from "../local/database.ts";
import { explained } from "../local/explained.ts";
import { openDatabase } from "../local/open.ts";
import { postgres } from "../local/postgres.ts";
import { environment, isLocal } from "../local/target.ts";
import { copyDatabase, nameOfCopy } from "../local/throwaway/database.ts";
import { pendingIn } from "../migrations/pending.ts";
import { refuseDamaged, rowCounts, settle, settledText } from "../migrations/restore.ts";
import { counted } from "../terminal.ts";

async function main(progress: Progress): Promise<void> {
  const { values } = parseArgs({ options: { env: { type: "string" } } });
  const { database, url, where, close } = await openDatabase({ env: environment(values.env) });
  try {
    if (isLocal(url)) await nameLeftOver(database);
    const started = Date.now();
    const { restored, isCopy, end } = await restoredOf(url, progress);
    try {
      if (!isCopy) await refuseOriginal(database, restored);
      const seconds = (Date.now() - started) / 1_000;
      const [original, found] = [await rowCounts(database), await rowCounts(restored)];
      await refuseDamaged(restored, { original, restored: found });
      const { length: pending } = await pendingIn(restored);
      progress.stop.throwIfAborted();
      console.log(
        `${counted(sum(found), "row")} in ${counted(found.length, "table")}, of ${sum(original)} in ${where} now.`,
      );
      if (isCopy) {
        console.log(`Settled: ${settledText(await settle(restored))}.`);
        console.log(`The copy took ${seconds.toFixed(1)} s.`);
      }
      console.log(
        pending === 0
          ? "Its migrations are those of this checkout: it can serve."
          : `It lacks ${counted(pending, "migration")} of this checkout, which npm run db:migrate applies.`,
      );
    } finally {
      await end();
    }
  } catch (error) {
    throw explained(error, where);
  } finally {
    await close();
  }
}

/** Names the copies that drills have left which were killed: nobody else would miss their place. */
async function nameLeftOver({ name, run }: LocalDatabase): Promise<void> {
  const query = `
    select datname from pg_database where starts_with(datname, $1 || '_') and substr(datname, length($1) + 2) ~ '^[0-9a-f]{6}$'
      and not exists (select from pg_stat_activity where pg_stat_activity.datname = pg_database.datname)`;
  for (const [copy] of (await run({ query, params: [name] })).rows)
    console.log(`A drill that was killed has left a copy. Remove it: drop database if exists ${copy}`);
}

/** Refuses the original under another host, such as that of its pooler: a lock on the one is a lock on the other then. */
async function refuseOriginal(original: LocalDatabase, restored: LocalDatabase): Promise<void> {
  const key = randomInt(2 ** 47);
  const session = await original.session("plinth db:drill");
  try {
    await session.run("begin");
    await session.run(`select pg_advisory_xact_lock(${key})`);
    const { rows } = await restored.run({ query: `select pg_try_advisory_xact_lock(${key})`, params: [] });
    if (rows[0]?.[0] !== "t") throw new CommandError("RESTORED_URL is the original itself.");
  } finally {
    await session.close();
  }
}

type Restored = { restored: LocalDatabase; isCopy: boolean; end(): Promise<void> };

/** The database of `RESTORED_URL`, which is only read, or a copy that ends with the drill. */
async function restoredOf(url: string, progress: Progress): Promise<Restored> {
  const given = process.env.RESTORED_URL && checkedUrl("RESTORED_URL", process.env.RESTORED_URL);
  if (given) {
    if (describeDatabase(given) === describeDatabase(url))
      throw new CommandError("RESTORED_URL is the original itself.");
    const restored = postgres(given);
    return { restored, isCopy: false, end: () => restored.close() };
  }
  if (!isLocal(url)) {
    throw new CommandError(
      `${describeDatabase(url)} is not on this machine: restore it to another place, and pass that as RESTORED_URL.`,
    );
  }
  const name = nameOfCopy(url);
  progress.at({
    doing: `trying the copy ${name}`,
    perhaps: `the database ${name} is left.`,
    next: [`Remove it: drop database if exists ${name}`],
  });
  // Named beforehand, for a drill that is killed.
  console.log(`Copying into the database ${name} of the same server, until the drill ends.`);
  const copy = await copyOf(url, name);
  const restored = postgres(copy.url);
  return {
    restored,
    isCopy: true,
    async end() {
      await restored.close();
      await copy.drop();
    },
  };
}

/** PostgreSQL copies a database that nobody is connected to: this command's own idle connections end in ten seconds. */
async function copyOf(url: string, name: string, patience = 3): ReturnType<typeof copyDatabase> {
  return copyDatabase(url, url, name).catch((error) => {
    if (error.code !== "55006") throw error;
    if (patience > 1) return copyOf(url, name, patience - 1);
    throw new CommandError("The database is in use: stop npm run dev first.");
  });
}

function sum(counts: readonly { rows: number }[]): number {
  return counts.reduce((total, { rows }) => total + rows, 0);
}

if (import.meta.main) await interruptible(main).catch(failWith);
