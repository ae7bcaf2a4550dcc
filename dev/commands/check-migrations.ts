/** `npm run db:check`: fails when the migrations are out of order, or no longer make what `src/db/schema.ts` says. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { failWith, Problem, projectFolder } from "../config.ts";
import { readText } from "../text.ts";

const Journal = z.object({ entries: z.array(z.object({ idx: z.int(), when: z.int(), tag: z.string() })) });

/** Checks the `drizzle/` and `src/db/schema.ts` of `project`; throws {@link Problem} with the first fault found. */
export async function checkMigrations(project = projectFolder): Promise<void> {
  await checkJournal(join(project, "drizzle"));
  await checkSchema(project);
}

async function checkJournal(folder: string): Promise<void> {
  const { entries } = await readJournal(join(folder, "meta", "_journal.json"));
  for (const [position, { idx, when, tag }] of entries.entries()) {
    const previous = entries[position - 1];
    if (idx !== position) throw new Problem(`The journal is out of order: entry ${position} (${tag}) has idx ${idx}.`);
    if (previous && when <= previous.when) {
      throw new Problem(
        `The journal is out of order: ${tag} is not later than ${previous.tag}, so it would be skipped.`,
      );
    }
  }
  const inJournal = entries.map(({ tag }) => `${tag}.sql`);
  const inFolder = (await readdir(folder)).filter((name) => name.endsWith(".sql"));
  for (const name of inJournal) if (!inFolder.includes(name)) throw new Problem(`drizzle/${name} is missing.`);
  for (const name of inFolder) {
    if (!inJournal.includes(name)) throw new Problem(`drizzle/${name} is not in the journal, so it never runs.`);
  }
  const snapshots = (await readdir(join(folder, "meta"))).filter((name) => name.endsWith("_snapshot.json"));
  const expected = entries.map(({ tag }) => `${tag.slice(0, 4)}_snapshot.json`);
  if (snapshots.toSorted().join() !== expected.join()) {
    throw new Problem(
      `drizzle/meta has the snapshots ${snapshots.toSorted().join(", ")}; the journal wants ${expected.join(", ")}.`,
    );
  }
}

async function readJournal(file: string): Promise<z.infer<typeof Journal>> {
  try {
    return Journal.parse(JSON.parse(await readText(file)));
  } catch {
    throw new Problem(`${file} is missing, or is not drizzle-kit's journal.`);
  }
}

/** Generates into a copy: whatever appears there is what the migrations lack. */
async function checkSchema(project: string): Promise<void> {
  const copy = await mkdtemp(join(tmpdir(), "plinth-db-check-"));
  try {
    await cp(join(project, "drizzle"), join(copy, "drizzle"), { recursive: true });
    await cp(join(project, "src"), join(copy, "src"), { recursive: true });
    await symlink(join(projectFolder, "node_modules"), join(copy, "node_modules"), "junction");
    const config = `export default { dialect: "postgresql", schema: "./src/db/schema.ts", out: "./drizzle" };`;
    await writeFile(join(copy, "drizzle.config.ts"), config);
    await drizzleKit(copy, "check");
    const before = await readdir(join(copy, "drizzle"));
    const answer = await drizzleKit(copy, "generate");
    // What may be a renaming it asks about, and without a terminal it ends there: no file, and no error either.
    if (answer.includes("No schema changes")) return;
    const added = (await readdir(join(copy, "drizzle"))).find((name) => !before.includes(name));
    const difference = added === undefined ? answer : await readText(join(copy, "drizzle", added));
    throw new Problem(`src/db/schema.ts and drizzle/ differ: run npm run db:generate.\n\n${difference}`);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function drizzleKit(cwd: string, command: "check" | "generate"): Promise<string> {
  const kit = join(dirname(createRequire(import.meta.url).resolve("drizzle-kit")), "bin.cjs");
  const running = promisify(execFile)(process.execPath, [kit, command], { cwd, timeout: 60_000 });
  running.child.stdin?.end();
  const { stdout } = await running.catch(({ stdout = "", stderr = "" }) => {
    throw new Problem(`drizzle-kit ${command} failed:\n${stdout}${stderr}`);
  });
  return stdout;
}

if (import.meta.main) {
  await checkMigrations().catch(failWith);
  console.log("Schema and migrations agree.");
}
