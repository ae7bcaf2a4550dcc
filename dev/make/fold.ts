/**
 * `npm run db:fold`: while 0000_init is not released, folds a change of `src/db/schema.ts` into its three places:
 * the tables of `drizzle/0000_init.sql`, its snapshot, and `drizzle/history/0000_init.sql`, which upgrades older databases.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { failWith, Problem, projectFolder } from "../config.ts";

const breakpoint = "--> statement-breakpoint";
/** Begins the part that is written by hand in the one file, and copied into the other. */
const functionsHead = "-- Functions and triggers";

const init = join(projectFolder, "drizzle/0000_init.sql");
const upgrade = join(projectFolder, "drizzle/history/0000_init.sql");
const snapshot = "meta/0000_snapshot.json";

async function fold(): Promise<void> {
  const changes = await generated((folder) =>
    cp(join(projectFolder, "drizzle/meta"), join(folder, "meta"), { recursive: true }),
  );
  const whole = await generated((folder) => mkdir(folder, { recursive: true }));
  const [tables, functions] = parted(await readFile(init, "utf8"));
  const [steps] = parted(await readFile(upgrade, "utf8"));
  const newSteps = (changes ? statements(changes.sql) : [])
    .map((step) => `${readable(step)}\n${breakpoint}\n`)
    .join("");
  await writeFile(init, `${tablesOf(statements(whole?.sql ?? ""), tables)}${functions}`);
  await writeFile(upgrade, `${steps}${newSteps}${functions}`);
  if (changes && whole) await writeFile(join(projectFolder, "drizzle", snapshot), whole.snapshot);
  console.log(
    changes ? `Folded in:\n${newSteps}` : "src/db/schema.ts has no change. The functions were copied into the upgrade.",
  );
}

/** The migration that drizzle-kit would add to what `prepare` puts in its folder; undefined where nothing is missing. */
async function generated(prepare: (folder: string) => Promise<unknown>) {
  const copy = await mkdtemp(join(tmpdir(), "plinth-db-fold-"));
  const folder = join(copy, "drizzle");
  try {
    await prepare(folder);
    await cp(join(projectFolder, "src"), join(copy, "src"), { recursive: true });
    await symlink(join(projectFolder, "node_modules"), join(copy, "node_modules"), "junction");
    await cp(join(projectFolder, "drizzle.config.ts"), join(copy, "drizzle.config.ts"));
    const kit = join(dirname(createRequire(import.meta.url).resolve("drizzle-kit")), "bin.cjs");
    const running = promisify(execFile)(process.execPath, [kit, "generate"], { cwd: copy });
    running.child.stdin?.end();
    const { stdout } = await running;
    if (stdout.includes("No schema changes")) return undefined;
    const name = (await readdir(folder)).find((file) => file.endsWith(".sql"));
    if (name === undefined)
      throw new Problem(`Change the three files by hand: drizzle-kit asks what was renamed.\n${stdout}`);
    const sql = await readFile(join(folder, name), "utf8");
    return { sql, snapshot: await readFile(join(folder, "meta", `${name.slice(0, 4)}_snapshot.json`), "utf8") };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function parted(text: string): [string, string] {
  const at = text.indexOf(functionsHead);
  if (at < 0) throw new Problem(`A line that begins with "${functionsHead}" is missing.`);
  return [text.slice(0, at), text.slice(at)];
}

function statements(text: string): string[] {
  return text.split(breakpoint).map((statement) => statement.trim());
}

/** Every table with its foreign keys and indexes under the comment that it has; a table comes after those that it refers to. */
function tablesOf(all: string[], existing: string): string {
  const [header = ""] = existing.split("\n\n");
  const ofTable = Map.groupBy(all, (statement) => /(?:TABLE|ON) "(\w+)"/.exec(statement)?.[1] ?? "");
  const sections = new Map<string, string>();
  const add = (table: string): void => {
    const [create = "", ...rest] = ofTable.get(table) ?? [];
    const references = rest.filter((statement) => statement.includes("FOREIGN KEY"));
    for (const [, other = ""] of references.join().matchAll(/REFERENCES "public"\."(\w+)"/g)) {
      if (other !== table && !sections.has(other)) add(other);
    }
    const keys = references.map(
      (statement) => `,\n\t${statement.replace(/^.* ADD (?=CONSTRAINT)/, "").replace(/;$/, "")}`,
    );
    const indexes = rest.filter((statement) => !references.includes(statement));
    const comment = new RegExp(`((?:^-- .*\\n)+)create table ${table} `, "m").exec(existing)?.[1] ?? "";
    const whole = [create.replace(/\n\);$/, `${keys.join("")}\n);`), ...indexes].map(readable);
    sections.set(table, `${comment}${whole.join(`\n${breakpoint}\n`)}\n${breakpoint}\n`);
  };
  const known = [...existing.matchAll(/^create table (\w+) /gm)].flatMap(([, table = ""]) =>
    ofTable.has(table) ? table : [],
  );
  for (const table of [...known, ...ofTable.keys()]) if (!sections.has(table)) add(table);
  return `${header}\n\n${[...sections.values()].join("\n")}\n`;
}

const defaults = / ON DELETE no action| ON UPDATE no action| USING btree|"\w+"\.(?=")/g;

/** drizzle-kit's SQL as a person would write it: lower case, no needless quotes, no defaults spelt out. */
function readable(statement: string): string {
  return statement
    .split(/('(?:[^']|'')*')/)
    .map((part, index) =>
      index % 2
        ? part
        : part
            .replace(defaults, "")
            .replace(/\t/g, "  ")
            .toLowerCase()
            .replace(/,(?=")/g, ", ")
            .replaceAll("primary key not null", "primary key")
            .replace(/"([a-z_][a-z0-9_]*)"/g, "$1"),
    )
    .join("");
}

await fold().catch(failWith);
