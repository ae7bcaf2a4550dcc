import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hashOf, type Journal, readJournal, readMigrationFile } from "./files.ts";
import { type Snapshot, snapshotFile } from "./snapshot.ts";

/** Adds a migration: its file, its snapshot and its entry with the hash. Returns the file's name. */
export async function addMigration(folder: string, name: string, sql: string, snapshot: Snapshot): Promise<string> {
  const journal = await readJournal(folder);
  const last = journal.entries.at(-1);
  const idx = journal.entries.length;
  const tag = `${String(idx).padStart(4, "0")}_${name}`;
  const when = Math.max(Date.now(), (last?.when ?? 0) + 1);
  await mkdir(join(folder, "meta"), { recursive: true });
  await writeFile(join(folder, `${tag}.sql`), sql, { flag: "wx" });
  await writeFile(snapshotFile(folder, idx), `${JSON.stringify(snapshot, null, 2)}\n`);
  journal.entries.push({ idx, version: "7", when, tag, breakpoints: true, hash: hashOf(sql) });
  await writeJournal(folder, journal);
  return `${tag}.sql`;
}

/** Accepts the file's current text as the intended one. */
export async function seal(folder: string, tag: string): Promise<void> {
  const journal = await readJournal(folder);
  const hash = hashOf(await readMigrationFile(folder, `${tag}.sql`));
  const entries = journal.entries.map((entry) => (entry.tag === tag ? { ...entry, hash } : entry));
  await writeJournal(folder, { ...journal, entries });
}

async function writeJournal(folder: string, journal: Journal): Promise<void> {
  await writeFile(join(folder, "meta", "_journal.json"), `${JSON.stringify(journal, null, 2)}\n`);
}
