import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CommandError } from "../config.ts";
import { hashOf, type Journal, readJournal, readMigrationFile, readMigrations } from "./files.ts";
import { origin, readSnapshot } from "./snapshot.ts";

/** Throws {@link CommandError} unless the journal, the files and the snapshots of `folder` match. */
export async function checkFiles(folder: string): Promise<void> {
  const { entries } = await readJournal(folder);
  checkOrder(entries);
  await checkNames(folder, entries);
  await checkHashes(folder, entries);
  await checkSnapshots(folder, entries);
  await checkStatementsOutsideTransactions(folder);
}

type Entries = Journal["entries"];

function checkOrder(entries: Entries): void {
  for (const [position, { idx, when, tag }] of entries.entries()) {
    const previous = entries[position - 1];
    if (idx !== position)
      throw new CommandError(`The journal is out of order: entry ${position} (${tag}) has idx ${idx}.`);
    if (previous && when <= previous.when) {
      throw new CommandError(
        `The journal is out of order: ${tag} is not later than ${previous.tag}. Where it came with a merge, remove its file, ` +
          "its snapshot and its entry, and run npm run db:generate again.",
      );
    }
  }
}

async function checkNames(folder: string, entries: Entries): Promise<void> {
  const inJournal = entries.map(({ tag }) => `${tag}.sql`);
  const inFolder = (await readdir(folder)).filter((name) => name.endsWith(".sql"));
  for (const name of inJournal) if (!inFolder.includes(name)) throw new CommandError(`drizzle/${name} is missing.`);
  for (const name of inFolder) {
    if (!inJournal.includes(name)) throw new CommandError(`drizzle/${name} is not in the journal, so it never runs.`);
  }
  const snapshots = (await readdir(join(folder, "meta"))).filter((name) => name.endsWith("_snapshot.json"));
  const expected = entries.map(({ tag }) => `${tag.slice(0, 4)}_snapshot.json`);
  if (snapshots.toSorted().join() !== expected.join()) {
    throw new CommandError(
      `drizzle/meta has the snapshots ${snapshots.toSorted().join(", ")}; the journal wants ${expected.join(", ")}.`,
    );
  }
}

async function checkHashes(folder: string, entries: Entries): Promise<void> {
  for (const { tag, hash } of entries) {
    const actual = hashOf(await readMigrationFile(folder, `${tag}.sql`));
    if (hash === actual) continue;
    throw new CommandError(
      `drizzle/${tag}.sql is not the text that ${hash ? "its hash in the journal stands for" : "a hash in the journal stands for"}. ` +
        "Databases that have applied it never see an edit: once it has landed, take the edit back, and write a new migration. " +
        "Before that, npm run db:seal takes the edit.",
    );
  }
}

/** Refuses two snapshots with one predecessor: they come from branches that do not know each other's change. */
async function checkSnapshots(folder: string, entries: Entries): Promise<void> {
  let previous = origin;
  for (const { idx, tag } of entries) {
    const { id, prevId } = await readSnapshot(folder, idx);
    if (prevId !== previous) {
      throw new CommandError(
        `The snapshot of ${tag} does not follow the one before it, as after a merge of two branches. Remove the file of the later ` +
          "branch, its snapshot and its entry, and run npm run db:generate again.",
      );
    }
    previous = id;
  }
}

/** Requires statements that can be repeated, since a failure repeats all of them. */
async function checkStatementsOutsideTransactions(folder: string): Promise<void> {
  for (const { tag, statements, inTransaction } of await readMigrations(folder)) {
    if (inTransaction) continue;
    for (const { sql, line } of statements) {
      const [, verb] = /\b(create|drop)\s+(?:unique\s+)?index\s+concurrently\s+(?!if\s)/i.exec(sql) ?? [];
      if (verb === undefined) continue;
      const missing = verb.toLowerCase() === "create" ? "if not exists" : "if exists";
      throw new CommandError(
        `drizzle/${tag}.sql, line ${line}: write "${missing}", because the statement may be repeated.`,
      );
    }
  }
}
