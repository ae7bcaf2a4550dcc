/** `npm run db:seal`: accepts migrations edited by hand that have not landed yet. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { CommandError, failWith, projectFolder } from "../config.ts";
import { hashOf, type Journal, parseJournal, readJournal, readMigrationFile } from "../migrations/files.ts";
import { seal } from "../migrations/journal.ts";

/** Seals the edited files of `project`, and returns their tags. Throws {@link CommandError} for one that others have. */
export async function sealEdited(project = projectFolder): Promise<string[]> {
  const folder = join(project, "drizzle");
  const landed = await upstreamJournal(project);
  const sealed: string[] = [];
  for (const { tag, when, hash } of (await readJournal(folder)).entries) {
    if (hash === hashOf(await readMigrationFile(folder, `${tag}.sql`))) continue;
    if (landed?.entries.some((entry) => entry.when === when)) {
      throw new CommandError(
        `drizzle/${tag}.sql has landed: databases that applied it never see an edit. Write a new migration.`,
      );
    }
    await seal(folder, tag);
    sealed.push(tag);
  }
  return sealed;
}

/** The journal of the upstream branch; undefined if git knows none. */
async function upstreamJournal(project: string): Promise<Journal | undefined> {
  for (const branch of ["origin/HEAD", "@{upstream}"]) {
    const shown = promisify(execFile)("git", ["show", `${branch}:./drizzle/meta/_journal.json`], { cwd: project });
    const text = await shown.then(
      ({ stdout }) => stdout,
      () => undefined,
    );
    if (text !== undefined) return parseJournal(text);
  }
  return undefined;
}

async function main(): Promise<void> {
  parseArgs({ options: {} });
  const sealed = await sealEdited();
  console.log(
    sealed.length === 0 ? "No migration was edited." : `Sealed ${sealed.join(", ")}. Next: npm run db:check.`,
  );
}

if (import.meta.main) await main().catch(failWith);
