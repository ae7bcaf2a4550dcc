import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { CommandError } from "../config.ts";
import { readText } from "../text.ts";

const Entry = z.looseObject({
  idx: z.int(),
  when: z.int(),
  tag: z.string(),
  /** The hash of the file's text when it was generated or sealed; drizzle-kit ignores it. */
  hash: z.string().optional(),
});
const Journal = z.looseObject({ entries: z.array(Entry) });

export type Journal = z.infer<typeof Journal>;

/** A statement of a file, and the line where it begins. */
export type MigrationStatement = { sql: string; line: number };

export type Migration = {
  /** Its name, without `.sql`. */
  tag: string;
  /** The time of its generation, in Unix milliseconds: with `hash`, its identity in the database's record. */
  when: number;
  /** SHA-256 of the file with Unix line ends, as drizzle-orm records it. */
  hash: string;
  statements: MigrationStatement[];
  /** False if the file begins with `-- plinth: no-transaction`. */
  inTransaction: boolean;
};

const breakpoint = "--> statement-breakpoint";

/** Reads the migrations of `folder` in the journal's order. Throws {@link CommandError} for a missing file. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const { entries } = await readJournal(folder);
  return Promise.all(
    entries.map(async ({ tag, when }) => {
      const text = await readMigrationFile(folder, `${tag}.sql`);
      const inTransaction = !/^-- plinth: no-transaction\s*$/m.test(text.split("\n")[0] ?? "");
      return { tag, when, hash: hashOf(text), statements: statementsOf(text), inTransaction };
    }),
  );
}

export async function readJournal(folder: string): Promise<Journal> {
  const file = join(folder, "meta", "_journal.json");
  try {
    return parseJournal(await readText(file));
  } catch {
    throw new CommandError(`${file} is missing, or is not drizzle-kit's journal.`);
  }
}

export function parseJournal(text: string): Journal {
  return Journal.parse(JSON.parse(text));
}

/** The text of a migration with Unix line ends, however git has checked it out. */
export async function readMigrationFile(folder: string, name: string): Promise<string> {
  try {
    return (await readText(join(folder, name))).replaceAll("\r\n", "\n");
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${join(folder, name)} is missing. Bring it back: git checkout -- drizzle`);
  }
}

export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function statementsOf(text: string): MigrationStatement[] {
  const statements: MigrationStatement[] = [];
  let line = 1;
  for (const part of text.split(breakpoint)) {
    const blank = part.length - part.trimStart().length;
    const begins = line + lineBreaks(part.slice(0, blank));
    if (part.trim() !== "") statements.push({ sql: part.trim(), line: begins });
    line += lineBreaks(part);
  }
  return statements;
}

function lineBreaks(text: string): number {
  return text.split("\n").length - 1;
}
