import { setTimeout as delay } from "node:timers/promises";
import { CommandError } from "../config.ts";
import { isPostgresError, type LocalDatabase, type LocalSession, type SqlStatement } from "../local/database.ts";
import { watchBlockers } from "./blockers.ts";
import type { Migration, MigrationStatement } from "./files.ts";
import { lockRecords, readRecords } from "./records.ts";
import type { Watch } from "./watch.ts";
import { grantToWorker } from "./worker-role.ts";

/** A file to apply, and its record. */
export type Step = {
  file: string;
  /** The time of the migration that it records. */
  when: number;
  statements: MigrationStatement[];
  records: SqlStatement[];
};

export type Apply = {
  worker: LocalSession;
  /** Finds blockers while the worker waits. */
  observer: LocalSession;
  log: (line: string) => void;
  /** Seconds. */
  patience: number;
  /** Looks on, where the database was made for that. */
  watch?: Watch | undefined;
};

/** Gives up early, because everybody queues behind a wait for a lock. The migration is tried again. */
const lockTimeout = "1s";
const pause = 1_000;

/** Applies the file, writes its record and grants its tables to the Worker, in one transaction. */
export async function applyInTransaction(step: Step, apply: Apply): Promise<void> {
  const { worker, watch } = apply;
  await patiently(step, apply, async (run) => {
    await worker.run("begin");
    try {
      await worker.run("set local statement_timeout = 0");
      await worker.run(`set local lock_timeout = '${lockTimeout}'`);
      await worker.run(lockRecords);
      await refuseIfRecorded(step, worker);
      const before = await watch?.before(worker);
      for (const statement of step.statements) await run(statement);
      if (before) await watch?.after(worker, before, step.file, false);
      for (const { query, params } of step.records) await worker.run(query, params);
      await worker.run(grantToWorker);
      await worker.run("commit");
    } catch (error) {
      await worker.run("rollback").catch(() => {});
      throw error;
    }
  });
}

/** Applies the statements of the file one at a time, and writes its record after the last. */
export async function applyOutsideTransaction(step: Step, apply: Apply): Promise<void> {
  const { worker, log, watch } = apply;
  try {
    await worker.run("set statement_timeout = 0");
    for (const statement of step.statements) {
      // Lets these wait: they block nobody, and giving up would leave an invalid index.
      const isConcurrent = /\bconcurrently\b/i.test(statement.sql);
      await worker.run(`set lock_timeout = '${isConcurrent ? 0 : lockTimeout}'`);
      await dropInvalidIndex(statement, worker, log);
      const before = await watch?.before(worker);
      await patiently(step, apply, (run) => run(statement)).catch((error) => {
        throw error instanceof CommandError ? new CommandError(`${error.message} ${halfDone}`) : error;
      });
      if (before) await watch?.after(worker, before, step.file, isConcurrent);
    }
  } finally {
    // Behind a pooler that no host's name tells of, others would get the connection with them.
    for (const name of ["statement_timeout", "lock_timeout"]) await worker.run(`reset ${name}`).catch(() => {});
  }
  await applyInTransaction({ ...step, statements: [] }, { ...apply, log: () => {}, watch: undefined });
}

/** Throws {@link CommandError} where a file that runs outside a transaction would meet a pooler, as Neon names it. */
export function refusePooled(migrations: readonly Migration[], { host }: Pick<LocalDatabase, "host">): void {
  const direct = host.replace(/-pooler(\..*\.neon\.tech)$/, "$1");
  const file = migrations.find(({ inTransaction }) => !inTransaction);
  if (direct === host || file === undefined) return;
  throw new CommandError(
    `Nothing was applied: drizzle/${file.tag}.sql runs outside a transaction, and ${host} is a pooler, which may run each of its ` +
      `statements in another session. Use the direct host, ${direct}.`,
  );
}

const halfDone =
  "The statements before it stay, since they run outside a transaction. The next attempt begins at the first one again, so each " +
  "must bear being repeated (if not exists); an index that was left unfinished is removed before it is made anew.";

/** Refuses a migration already recorded: the first migrator's lock ends with its session, which may be lost. */
async function refuseIfRecorded({ file, when }: Step, worker: LocalSession): Promise<void> {
  const applied = await readRecords(worker);
  if (applied.some((record) => record.when === when)) {
    throw new CommandError(`Another migrator has applied ${file} in the meantime. Run npm run db:migrate again.`);
  }
}

/** Drops the index of a failed attempt, which is maintained but never read; `if not exists` would keep it. */
async function dropInvalidIndex({ sql }: MigrationStatement, worker: LocalSession, log: Apply["log"]): Promise<void> {
  const creates = /create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?("(?:[^"]|"")+"|[\w$]+)/i;
  const [, name] = creates.exec(sql) ?? [];
  if (name === undefined) return;
  const { rows } = await worker.run("select from pg_index where indexrelid = to_regclass($1) and not indisvalid", [
    name,
  ]);
  if (rows.length === 0) return;
  log(`Removing the index ${name}, which an earlier attempt left unfinished.`);
  await worker.run(`drop index concurrently if exists ${name}`);
}

/** Retries `attempt` until no session holds its locks. Throws {@link CommandError} with the place of any other error. */
async function patiently(
  step: Step,
  { worker, observer, log, patience }: Apply,
  attempt: (run: (statement: MigrationStatement) => Promise<void>) => Promise<void>,
): Promise<void> {
  const began = Date.now();
  let current: MigrationStatement | undefined;
  const { rows } = await worker.run("select pg_backend_pid()");
  const blockers = watchBlockers(observer, rows[0]?.[0] ?? "", (who) => {
    log(`${placeOf(step, current)} waits for ${who}. It is tried again for ${patience} s.`);
  });
  try {
    for (;;) {
      try {
        return await attempt(async (statement) => {
          current = statement;
          await worker.run(statement.sql);
        });
      } catch (error) {
        if (!isBusy(error) || Date.now() - began > patience * 1_000)
          throw located(error, step, current, blockers.last());
      }
      await delay(pause);
    }
  } finally {
    blockers.stop();
  }
}

/** True if a lock was unavailable or a deadlock arose: both have released everything. */
function isBusy(error: unknown): boolean {
  return isPostgresError(error) && (error.code === "55P03" || error.code === "40P01");
}

function located(error: unknown, step: Step, statement: MigrationStatement | undefined, blocker: string): unknown {
  if (error instanceof CommandError) return error;
  const place = placeOf(step, statement, isPostgresError(error) ? Number(error.position ?? 0) : 0);
  if (!isPostgresError(error)) {
    const why = error instanceof Error ? error.message : String(error);
    return new CommandError(`${place}: the connection was lost (${why}). Run it again: it finds out what was applied.`);
  }
  if (isBusy(error)) {
    return new CommandError(
      `${place}: gave up, because ${blocker || "another session"} still holds what it has to lock (${error.code}). ` +
        "Wait for that to end, or end it: select pg_terminate_backend(pid). Then run this again.",
    );
  }
  const several = error.code === "42601" && /multiple commands/.test(error.message);
  const hint = several ? "End every statement but the last in --> statement-breakpoint." : error.hint;
  return new CommandError([`${place}: ${error.message} (${error.code}).`, hint].filter(Boolean).join(" "));
}

function placeOf({ file, statements }: Step, statement: MigrationStatement | undefined, position = 0): string {
  if (!statement) return file;
  const line = statement.line + statement.sql.slice(0, Math.max(0, position - 1)).split("\n").length - 1;
  return `${file}, statement ${statements.indexOf(statement) + 1} of ${statements.length} (line ${line})`;
}
