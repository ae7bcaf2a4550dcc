import { CommandError } from "../config.ts";
import type { Migration } from "./files.ts";
import { type History, isReplaced } from "./history.ts";

/** A row of `drizzle.__drizzle_migrations`, which drizzle-orm's own migrators write too. */
export type Applied = { when: number; hash: string };

export type PlanOptions = {
  /** Applies migrations that are older than an applied one. */
  applySkipped?: boolean;
  /** Accepts applied migrations without a file here, if nothing is left to apply. */
  allowAhead?: boolean;
};

/** The work left: an upgrade from replaced migrations to the first file, and the migrations after it. */
export type MigrationPlan = { upgrades: boolean; pending: Migration[] };

/** Compares files and records one by one. Throws {@link CommandError} with each mismatch. */
export function plan(
  files: Migration[],
  applied: Applied[],
  history: History | undefined,
  options: PlanOptions = {},
): MigrationPlan {
  const isOld = ({ hash }: Applied) => history?.replaces.some(({ hashes }) => hashes.includes(hash)) ?? false;
  const upgrades =
    history !== undefined &&
    isReplaced(
      history,
      applied.map(({ hash }) => hash),
    );
  const records = applied.filter((record) => !isOld(record));
  const isRecorded = ({ when }: Migration) => records.some((record) => record.when === when);
  const pending = files.filter((file, position) => !isRecorded(file) && !(upgrades && position === 0));
  const newest = files.findLast((file) => !pending.includes(file));
  const skipped = pending.filter((file) => newest && files.indexOf(file) < files.indexOf(newest));
  const edited = files.filter((file) => records.some(({ when, hash }) => when === file.when && hash !== file.hash));
  const unknown = records.filter(({ when }) => !files.some((file) => file.when === when));
  const isAhead = pending.length === 0 && options.allowAhead;
  const faults = [
    ...(options.applySkipped || !newest ? [] : skipped.map((file) => skippedSentence(file, newest))),
    ...edited.map(editedSentence),
    ...(isAhead ? [] : unknown.map((record) => unknownSentence(record, files, pending.length === 0))),
  ];
  if (faults.length > 0) throw new CommandError(`Nothing was applied.\n\n${faults.join("\n\n")}`);
  return { upgrades, pending };
}

/** The way out for a database that holds nothing of value. */
const beginAnew = "On your own machine, if its data may go, run npm run db:reset to begin with an empty database.";

function skippedSentence({ tag }: Migration, newest: Migration): string {
  return (
    `drizzle/${tag}.sql is not applied, but the later ${newest.tag} is. Where it may run after that one, ` +
    "apply it: npm run db:migrate -- --apply-skipped. Where it may not, remove the file with its snapshot and its journal " +
    "entry, and generate it anew."
  );
}

function editedSentence({ tag }: Migration): string {
  return (
    `drizzle/${tag}.sql was edited after it was applied here. Take the edit back (git log -- drizzle/${tag}.sql shows it), ` +
    `and write what it was for as a new migration. ${beginAnew}`
  );
}

function unknownSentence({ when, hash }: Applied, files: Migration[], isUpToDate: boolean): string {
  const renamed = files.find((file) => file.hash === hash);
  if (renamed) {
    return `drizzle/${renamed.tag}.sql is applied as of ${when}: its "when" in drizzle/meta/_journal.json was changed. Put that back.`;
  }
  return (
    `A migration of ${new Date(when).toISOString()} (hash ${hash.slice(0, 12)}…) is applied, but has no file in drizzle/. ` +
    `Find it with git log --all -S${when} -- drizzle/meta/_journal.json, and merge it or check it out. ` +
    `${beginAnew} ` +
    `Where its change was taken out of the database by hand, delete its row (created_at = ${when}) of drizzle.__drizzle_migrations.` +
    (isUpToDate ? " To go on with this older version on purpose: npm run db:migrate -- --allow-ahead." : "")
  );
}
