/** Writes the files and lines of `npm run new`, all or nothing. */
import { execFile } from "node:child_process";
import { lstat, mkdir, readdir, rm, rmdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { CommandError, projectFolder } from "../config.ts";
import { readText } from "../text.ts";
import { record } from "./undo.ts";

/** The texts of files to be made, and the new texts of files that are there, by their paths in the project. */
export type ScaffoldPlan = { made: Map<string, string>; changed: Map<string, string> };

export function projectText(file: string): Promise<string> {
  return readText(inProject(file));
}

/** Plans a new text for an existing file. */
export async function change({ changed }: ScaffoldPlan, file: string, edit: (text: string) => string): Promise<void> {
  changed.set(file, edit(await projectText(file)));
}

/** Throws {@link CommandError} unless the text has one such place. */
export function insertedBefore(text: string, anchor: string, addition: string): string {
  if (text.split(anchor).length !== 2)
    throw new CommandError(`Expected one line with ${JSON.stringify(anchor.trim())}.`);
  return text.replace(anchor, () => `${addition}${anchor}`);
}

/** Inserts above an exported value and its comment. Throws {@link CommandError} where the text has no such value. */
export function insertedAbove(text: string, name: string, addition: string): string {
  const lines = text.split("\n");
  let top = lines.findIndex((line) => line.startsWith(`export const ${name}`));
  if (top === -1) throw new CommandError(`Expected a line that begins with "export const ${name}".`);
  while (/^(\/\*\*| \*)/.test(lines[top - 1] ?? "")) top -= 1;
  return [...lines.slice(0, top), ...addition.split("\n"), ...lines.slice(top)].join("\n");
}

/** Adds names to the import from a module. Throws {@link CommandError} where the text has no such import. */
export function withNamed(text: string, module: string, names: readonly string[]): string {
  const found = new RegExp(`import \\{([^}]*)\\} from "${module.replaceAll(".", "\\.")}";`).exec(text);
  if (!found) throw new CommandError(`Expected an import from "${module}".`);
  const [whole, given = ""] = found;
  const all = new Set([...given.split(",").map((name) => name.trim()), ...names].filter((name) => name !== ""));
  return text.replace(whole, `import { ${[...all].join(", ")} } from "${module}";`);
}

/** Inserts after the last import. Throws {@link CommandError} where the text has none. */
export function withImports(text: string, addition: string): string {
  const [last] = /(?:^import .*\n)+/m.exec(text) ?? [];
  if (last === undefined) throw new CommandError("Expected imports.");
  return text.replace(last, () => `${last}${addition}`);
}

/** Throws {@link CommandError} for an existing file, or a name that `src` already has. */
export async function refuseExisting({ made }: ScaffoldPlan): Promise<void> {
  for (const file of made.keys()) {
    if (await exists(inProject(file))) throw new CommandError(`${file} is there already.`);
  }
  const sources = (await allOf("src")).filter((file) => file.endsWith(".ts"));
  const named = await Promise.all(sources.map(async (file) => namesIn(file, await projectText(file))));
  const taken = new Map(named.flatMap((names, i) => names.map((name) => [name, sources[i] ?? ""])));
  const first = [...made].flatMap(([file, content]) => namesIn(file, content)).find((name) => taken.has(name));
  if (first !== undefined) throw new CommandError(`${taken.get(first)} has ${first} already: choose another name.`);
}

/** The values that a file exports, each of which has its own name in `src`, and the calls that it answers. */
function namesIn(file: string, content: string): string[] {
  if (!file.startsWith("src/")) return [];
  const exports = content.matchAll(/^export (?:const|(?:async )?function\*?|class) (\w+)/gm);
  const calls = content.matchAll(/^ {4}method: "(\w+)",\n {4}path: "(.*)",$/gm);
  return [...exports, ...calls].map(([, ...parts]) => parts.join(" "));
}

/**
 * Writes the plan and runs `more`, and records both under this name. Takes all of it back if anything fails. Answers the pages
 * that changed with it.
 */
export async function carryOut(
  what: string,
  { made, changed }: ScaffoldPlan,
  more: () => Promise<void> = async () => {},
): Promise<string[]> {
  const drizzle = await allOf("drizzle");
  const kept = [...pages, "drizzle/meta/_journal.json", ...changed.keys()];
  const there = await Promise.all(kept.map((file) => exists(inProject(file))));
  const before = await Promise.all(
    kept.filter((_, i) => there[i]).map(async (file) => [file, await projectText(file)] as const),
  );
  const written: string[] = [];
  try {
    for (const [file, content] of made) {
      await mkdir(dirname(inProject(file)), { recursive: true });
      await writeFile(inProject(file), content, { flag: "wx" });
      written.push(file);
    }
    for (const [file, content] of changed) await writeFile(inProject(file), content);
    await more();
    const biome = join(dirname(require.resolve("@biomejs/biome/package.json")), "bin", "biome");
    await run(biome, "check", "--write", ...made.keys(), ...changed.keys());
    if (changed.has(listOfEndpoints)) await writePages();
    const migration = (await allOf("drizzle")).filter((file) => !drizzle.includes(file));
    const added = [...made.keys(), ...migration].map((file) => [file, undefined] as const);
    await record(what, new Map([...added, ...before.filter(([file]) => !pages.includes(file))]));
    const old = before.filter(([file]) => pages.includes(file));
    const isChanged = await Promise.all(old.map(async ([file, text]) => text !== (await projectText(file))));
    return old.flatMap(([file], i) => (isChanged[i] ? [file] : []));
  } catch (error) {
    for (const file of written) {
      await rm(inProject(file), { force: true });
      // Keeps the folder if it has other files.
      await rmdir(dirname(inProject(file))).catch(() => undefined);
    }
    for (const file of await allOf("drizzle")) if (!drizzle.includes(file)) await rm(inProject(file));
    for (const [file, content] of before) await writeFile(inProject(file), content);
    throw error;
  }
}

/** The list from which {@link writePages} makes pages. */
const listOfEndpoints = "src/routes/index.ts";

/** Writes the pages that are made of the list of endpoints. */
export async function writePages(): Promise<void> {
  // Run in new processes, which read the changed list.
  for (const command of ["openapi", "access-matrix", "reference"])
    await run(join(projectFolder, `dev/commands/${command}.ts`));
  // A project may have no client of its own.
  const client = join(projectFolder, "client/generate.ts");
  if (await exists(client)) await run(client);
}
const pages = [
  "docs/access-matrix.md",
  "docs/errors.md",
  "openapi.json",
  "client/src/schema.ts",
  "client/src/operations.ts",
];

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Writes the migration that makes a table. */
export async function generateMigration(table: string): Promise<void> {
  await run(join(projectFolder, "dev/commands/generate.ts"), `--name=${table}`);
}

const require = createRequire(import.meta.url);

async function run(script: string, ...args: string[]): Promise<void> {
  const running = promisify(execFile)(process.execPath, [script, ...args], { cwd: projectFolder, timeout: 120_000 });
  running.child.stdin?.end();
  await running.catch(({ stdout = "", stderr = "" }) => {
    throw new CommandError(`${args[0] ?? script} failed, and nothing was written:\n${stdout}${stderr}`);
  });
}

async function allOf(folder: string): Promise<string[]> {
  const entries = await readdir(inProject(folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return files.map((file) => file.slice(projectFolder.length + 1).replaceAll("\\", "/"));
}

function inProject(file: string): string {
  return join(projectFolder, file);
}
