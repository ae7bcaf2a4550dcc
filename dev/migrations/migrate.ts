import { join } from "node:path";
import { CommandError, projectFolder } from "../config.ts";
import type { LocalDatabase } from "../local/database.ts";
import { applyInTransaction, applyOutsideTransaction, refusePooled, type Step } from "./apply.ts";
import { type Migration, readMigrations } from "./files.ts";
import { refuseUnfitDatabase } from "./fit.ts";
import { readHistory } from "./history.ts";
import { onlyMigrator } from "./lock.ts";
import { type PlanOptions, plan } from "./plan.ts";
import { deleteRecords, insertRecord, ownedBy, prepareRecords, readRecords } from "./records.ts";
import type { Watch } from "./watch.ts";
import { grantToWorker } from "./worker-role.ts";

export type MigrateOptions = PlanOptions & {
  folder?: string;
  /** Receives the progress, in sentences. */
  log?: (line: string) => void;
  /** Seconds for which a migration is retried while others hold its locks. */
  patience?: number;
  /** The migrations that somebody has agreed to, where nothing else may be applied. */
  expected?: readonly Migration[];
  /** The environment that the database belongs to, as it says itself from then on. */
  owner?: string | undefined;
  /** Cancels the statement that runs, and applies nothing more: an open transaction is rolled back. */
  stop?: AbortSignal | undefined;
  /** Looks on, where `database` was made for that. */
  watch?: Watch | undefined;
};

/**
 * Applies the migrations that `database` lacks, each in a transaction with its record, and returns their number. One
 * migrator works at a time. Throws `CommandError` with the remedy.
 */
export async function migrate(database: LocalDatabase, options: MigrateOptions = {}): Promise<number> {
  const { folder = join(projectFolder, "drizzle"), log = () => {} } = options;
  const files = await readMigrations(folder);
  const history = files[0] && (await readHistory(folder, files[0].tag));
  const session = (application: string) => database.session(application, options.stop);
  return onlyMigrator(session, log, async (worker, observer) => {
    await refuseUnfitDatabase(worker);
    await prepareRecords(worker, options.owner);
    const { upgrades, pending } = plan(files, await readRecords(worker), history, options);
    if (options.expected) refuseUnexpected(pending, options.expected);
    refusePooled(pending, database);
    const apply = { worker, observer, log, patience: options.patience ?? 120, watch: options.watch };
    const [first] = files;
    if (upgrades && history && first) {
      const records = [deleteRecords(history.replaces.flatMap(({ hashes }) => hashes)), insertRecord(first)];
      const step = { file: `drizzle/history/${first.tag}.sql`, when: first.when, statements: history.upgrade, records };
      await timed(step, log, () => applyInTransaction(step, apply));
    }
    for (const migration of pending) {
      const { tag, when, statements, inTransaction } = migration;
      const step = { file: `drizzle/${tag}.sql`, when, statements, records: [insertRecord(migration)] };
      await timed(step, log, () =>
        inTransaction ? applyInTransaction(step, apply) : applyOutsideTransaction(step, apply),
      );
    }
    // For tables that were made by hand.
    if (pending.length === 0) await worker.run(grantToWorker);
    if (options.owner !== undefined) await worker.run(ownedBy(options.owner));
    return pending.length + (upgrades ? 1 : 0);
  });
}

function refuseUnexpected(pending: readonly Migration[], expected: readonly Migration[]): void {
  const told = (migrations: readonly Migration[]) => migrations.map(({ tag, hash }) => `${tag} ${hash}`).join("\n");
  if (told(pending) === told(expected)) return;
  const names = pending.map(({ tag }) => `drizzle/${tag}.sql`).join(", ");
  const now = names
    ? `the pending migrations are no longer those of the plan, but ${names}`
    : "no migration is pending any more";
  throw new CommandError(`Nothing was applied: ${now}. Run it again, for a new plan.`);
}

async function timed(
  { file, statements }: Step,
  log: (line: string) => void,
  work: () => Promise<void>,
): Promise<void> {
  const began = performance.now();
  log(`Applying ${file} (${statements.length === 1 ? "1 statement" : `${statements.length} statements`}) …`);
  await work();
  log(`Applied ${file} in ${((performance.now() - began) / 1_000).toFixed(1)} s.`);
}
