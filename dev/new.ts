/**
 * `npm run new -- resource projects`: a table, its migration, schemas, queries, endpoints and tests of a new resource, made
 * of dev/templates/resource. `npm run new -- endpoint items/archive`: one more endpoint of a resource. Writes all or nothing,
 * and overwrites nothing.
 */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { failWith, Problem, projectFolder } from "./config.ts";
import { inNameOf, type Names, namesOf, spell } from "./names.ts";

/** Files to be made, and the new texts of files that are there, by their paths. */
type Plan = { made: Map<string, string>; changed: Map<string, string> };

const usage = "npm run new -- resource projects, or: npm run new -- endpoint projects/archive";
const endpoints = ["create", "list", "read", "update", "delete", "restore"];

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { singular: { type: "string" } } });
  const [kind, name = "", ...others] = positionals;
  if (name === "" || others.length > 0) throw new Problem(usage);
  if (kind === "resource") return newResource(namesOf(name, values.singular));
  const [resource = "", verb = "", ...more] = name.split("/");
  if (kind !== "endpoint" || verb === "" || more.length > 0) throw new Problem(usage);
  return newEndpoint(namesOf(resource, values.singular), verb);
}

async function newResource(names: Names): Promise<void> {
  const { many, one } = names;
  const from = async (file: string) => inNameOf(names, await template(`resource/${file}`));
  const plan: Plan = { made: new Map(), changed: new Map() };
  plan.made.set(`src/schemas/${many.dashed}.ts`, await from("schemas.ts"));
  plan.made.set(`src/crud/${many.dashed}.ts`, await from("crud.ts"));
  for (const file of endpoints) plan.made.set(`src/routes/${many.dashed}/${file}.ts`, await from(`routes/${file}.ts`));
  plan.made.set(`test/routes/${many.dashed}.test.ts`, await from("test.ts"));
  const table = await from("table.ts");
  await change(plan, "src/db/schema.ts", (text) =>
    listed(insertedBefore(text, "/** Each resource: what", `${table}\n`), /(ownedTables.*= \[)(.*)(\];)/, many.camel),
  );
  await change(plan, "src/openapi.ts", (text) => {
    const tag = `      { name: "${many.prose}", description: "${capital(many.prose)} of users" },\n`;
    return insertedBefore(text, '      { name: "operations"', tag);
  });
  const exported = endpoints.map((file) => exportOf(plan.made.get(`src/routes/${many.dashed}/${file}.ts`)));
  await change(plan, "src/routes/index.ts", (text) => {
    const imports = endpoints.map((file, i) => `import { ${exported[i]} } from "./${many.dashed}/${file}.ts";\n`);
    const list = exported.map((endpoint) => `  ${endpoint},\n`);
    return insertedBefore(insertedBefore(text, "\n/** The API", imports.join("")), "  jwks,\n", list.join(""));
  });
  await carryOut(plan, async () => {
    await drizzleKit(many.snake);
    await addTrigger(many.snake);
  });
  say(plan, [
    "drizzle/ has its migration, which makes the table and its trigger.",
    "",
    "npm run dev applies it; then, with the token of the README's first request:",
    "",
    `  curl $api/${many.dashed} -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d '{"title": "A ${one.prose}"}'`,
    "",
    `Its fields stand in src/db/schema.ts, src/schemas/${many.dashed}.ts and src/crud/${many.dashed}.ts: change them there, then`,
    "npm run db:generate and npm test.",
  ]);
}

async function newEndpoint(names: Names, verb: string): Promise<void> {
  const { many, one } = names;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(verb) || verb.length > 40) {
    throw new Problem(
      `"${verb}" cannot name an endpoint: lower-case letters and digits, words joined by "-", at most 40.`,
    );
  }
  const find = `find${one.pascal}`;
  const queries = await text(`src/crud/${many.dashed}.ts`).catch(() => "");
  if (!queries.includes(`export function ${find}(`)) {
    throw new Problem(`src/crud/${many.dashed}.ts has no ${find}: npm run new -- resource ${many.dashed} makes it.`);
  }
  const { dashed, camel, prose } = spell(verb);
  const from = async (file: string) =>
    inNameOf(names, await template(`endpoint/${file}`))
      .replaceAll("press-leaf", dashed)
      .replaceAll("pressLeaf", camel)
      .replaceAll("Press leaf", capital(prose));
  const plan: Plan = { made: new Map(), changed: new Map() };
  const route = await from("route.ts");
  plan.made.set(`src/routes/${many.dashed}/${dashed}.ts`, route);
  plan.made.set(`test/routes/${many.dashed}-${dashed}.test.ts`, await from("test.ts"));
  await change(plan, "src/routes/index.ts", (index) => {
    const imports = [...index.matchAll(new RegExp(`^import \\{ (\\w+) \\} from "\\./${many.dashed}/.*\\n`, "gm"))];
    const last = imports
      .map(([, endpoint]) => `  ${endpoint},\n`)
      .toSorted((a, b) => index.indexOf(a) - index.indexOf(b))
      .at(-1);
    if (last === undefined) throw new Problem(`src/routes/index.ts has no endpoint of ${many.prose}.`);
    const line = `import { ${exportOf(route)} } from "./${many.dashed}/${dashed}.ts";\n`;
    return insertedBefore(index, "\n/** The API", line).replace(last, `${last}  ${exportOf(route)},\n`);
  });
  await carryOut(plan);
  say(plan, [
    `POST /api/v1/${many.dashed}/{id}/${dashed} answers the ${one.prose} as it is. Next: write in src/crud/${many.dashed}.ts what it changes,`,
    `call that in src/routes/${many.dashed}/${dashed}.ts, say it in its summary, and npm test.`,
  ]);
}

/** Writes the plan and what is made of it; where anything fails, takes all of it back. */
async function carryOut({ made, changed }: Plan, more: () => Promise<void> = async () => {}): Promise<void> {
  const files = [...made.keys()];
  for (const file of files) if (await text(file).catch(() => undefined)) throw new Problem(`${file} is there already.`);
  await refuseTaken([...made.values()]);
  const drizzle = await allOf("drizzle");
  const kept = ["docs/access-matrix.md", "drizzle/meta/_journal.json", ...changed.keys()];
  const before = await Promise.all(kept.map(async (file) => [file, await text(file)] as const));
  try {
    for (const [file, content] of [...made, ...changed]) {
      await mkdir(dirname(inProject(file)), { recursive: true });
      await writeFile(inProject(file), content);
    }
    await more();
    const biome = join(dirname(require.resolve("@biomejs/biome/package.json")), "bin", "biome");
    await run(biome, "check", "--write", ...files, ...changed.keys());
    // In a process of its own, which reads the list as it is now.
    await run(join(import.meta.dirname, "access-matrix.ts"));
  } catch (error) {
    for (const file of files) {
      await rm(inProject(file), { force: true });
      // It stays where there is something else in it.
      await rmdir(dirname(inProject(file))).catch(() => undefined);
    }
    for (const file of await allOf("drizzle")) if (!drizzle.includes(file)) await rm(inProject(file));
    for (const [file, content] of before) await writeFile(inProject(file), content);
    throw error;
  }
}

/** Two things of one name would not compile, and the document would have one schema for two. */
async function refuseTaken(contents: string[]): Promise<void> {
  const sources = await Promise.all((await allOf("src")).filter((file) => file.endsWith(".ts")).map(text));
  const names = (content: string) =>
    [...content.matchAll(/^export (?:const|function|type) (\w+)/gm)].map(([, name]) => name);
  const taken = new Set(sources.flatMap(names));
  const [first] = contents.flatMap(names).filter((name) => taken.has(name));
  if (first !== undefined) throw new Problem(`src/ has a ${first} already: choose another name.`);
}

/** `version` and `updated_at` are moved by a trigger, which drizzle-kit knows nothing of. */
async function addTrigger(table: string): Promise<void> {
  const file = (await allOf("drizzle")).find((name) => name.endsWith(`_${table}.sql`));
  if (file === undefined) throw new Problem("drizzle-kit wrote no migration: does npm run db:check pass?");
  const trigger = `create trigger "${table}_touch" before update on "${table}" for each row\nexecute function touch_row();\n`;
  await writeFile(inProject(file), `${await text(file)}\n--> statement-breakpoint\n${trigger}`);
}

async function drizzleKit(name: string): Promise<void> {
  await run(join(dirname(require.resolve("drizzle-kit")), "bin.cjs"), "generate", `--name=${name}`);
}

const require = createRequire(import.meta.url);

async function run(script: string, ...args: string[]): Promise<void> {
  const running = promisify(execFile)(process.execPath, [script, ...args], { cwd: projectFolder, timeout: 120_000 });
  running.child.stdin?.end();
  await running.catch(({ stdout = "", stderr = "" }) => {
    throw new Problem(`${args[0] ?? script} failed, and nothing was written:\n${stdout}${stderr}`);
  });
}

async function change({ changed }: Plan, file: string, edit: (text: string) => string): Promise<void> {
  changed.set(file, edit(await text(file)));
}

function insertedBefore(text: string, anchor: string, addition: string): string {
  if (text.split(anchor).length !== 2) throw new Problem(`Expected one line with ${JSON.stringify(anchor.trim())}.`);
  return text.replace(anchor, () => `${addition}${anchor}`);
}

function listed(text: string, list: RegExp, name: string): string {
  if (!list.test(text)) throw new Problem("src/db/schema.ts has no list ownedTables.");
  return text.replace(list, (_, start: string, names: string, end: string) => `${start}${names}, ${name}${end}`);
}

function exportOf(source = ""): string {
  return /^export const (\w+)/m.exec(source)?.[1] ?? "";
}

function template(file: string): Promise<string> {
  return readFile(join(import.meta.dirname, "templates", file), "utf8");
}

function text(file: string): Promise<string> {
  return readFile(inProject(file), "utf8");
}

async function allOf(folder: string): Promise<string[]> {
  const entries = await readdir(inProject(folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return files.map((file) => file.slice(projectFolder.length + 1).replaceAll("\\", "/"));
}

function inProject(file: string): string {
  return join(projectFolder, file);
}

function capital(prose: string): string {
  return prose.charAt(0).toUpperCase() + prose.slice(1);
}

function say({ made, changed }: Plan, next: string[]): void {
  console.log(["Made:", ...made.keys()].join("\n  "));
  console.log(["Added to:", ...changed.keys(), "docs/access-matrix.md"].join("\n  "));
  console.log(`\n${next.join("\n")}`);
}

await main().catch(failWith);
