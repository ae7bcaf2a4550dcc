/**
 * `npm run new -- resource projects` makes a resource from dev/make/templates; `npm run new -- endpoint
 * items/archive` one more endpoint. Writes all or nothing, and overwrites nothing.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { failWith, Problem } from "../config.ts";
import { readText } from "../text.ts";
import { firstBody, neededBy, valueLists, withFields } from "./field-slots.ts";
import { type Field, fieldKinds, fieldsOf, usualFields } from "./fields.ts";
import { inNameOf, type Names, namesOf, refuseUsed, spell, underName } from "./names.ts";
import {
  addMigration,
  carryOut,
  change,
  insertedAbove,
  insertedBefore,
  listOfEndpoints,
  type Plan,
  refuseExisting,
  text,
  withImports,
  withNamed,
  writePages,
} from "./scaffold.ts";
import { takeBack } from "./undo.ts";

const usage = `npm run new -- resource projects            a table, schemas, queries, endpoints and tests
    --in organization                       of organizations, below /organizations/{organization_id}, instead of users
    --under tickets                         of each row of this resource
    --fields "title:text due:date?"         with these fields, instead of a title and a description:
                                            ${fieldKinds}
    --singular project                      what one of them is called, where the plural does not tell
npm run new -- endpoint projects/archive    one more endpoint of a resource
npm run new -- task projects/send-digest    a task and its test
    --undo                                  behind any of these: takes back what it made, unless that was changed`;
const endpoints = ["create", "list", "read", "update", "delete", "restore"];
/** The templates of a resource that its owner does not change. */
const shared = ["schemas", "table", "test", "calls"];

/** The owners of resources: which list of src/db/schema.ts names their tables. */
const owners = {
  user: { list: "ownedTables", whose: "of users" },
  organization: { list: "organizationTables", whose: "of organizations" },
} as const;
type Owner = keyof typeof owners;

/** A list of src/db/schema.ts: its start, its names, its end. */
function listOf(owner: Owner): RegExp {
  return new RegExp(`(${owners[owner].list}: readonly \\w+\\[\\] = \\[)([^\\]]*)(\\];)`);
}

/** Makes what these arguments of the command ask for. Throws a {@link Problem} that says why not. */
export async function make(args: string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...{
        singular: { type: "string" },
        in: { type: "string" },
        under: { type: "string" },
        fields: { type: "string" },
      },
      ...{ undo: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    },
  });
  if (values.help) return console.log(usage);
  const [kind, name = "", ...others] = positionals;
  if (name === "" || others.length > 0) throw new Problem(usage);
  if (values.in !== undefined && values.in !== "organization") {
    throw new Problem(`--in is organization, or left out.\n${usage}`);
  }
  if (kind !== "resource" && (values.in ?? values.under ?? values.fields) !== undefined) {
    throw new Problem(`--in, --under and --fields are for a resource.\n${usage}`);
  }
  if (values.undo) return undo(`${kind} ${name}`);
  const parent = values.under === undefined ? undefined : await parentOf(values.under);
  if (parent && values.in !== undefined && parent.owner !== values.in) {
    throw new Problem(`--under ${values.under}: these are of users. Leave --in out.`);
  }
  const owner = values.in ?? parent?.owner ?? "user";
  const fields = fieldsOf(values.fields ?? usualFields, parent?.names);
  if (kind === "resource") return newResource(namesOf(name, values.singular), owner, fields, parent?.names);
  if (kind === "task") return newTask(name);
  const [resource = "", verb = "", ...more] = name.split("/");
  if (kind !== "endpoint" || verb === "" || more.length > 0) throw new Problem(usage);
  return newEndpoint(namesOf(resource, values.singular), verb);
}

async function undo(what: string): Promise<void> {
  await takeBack(what);
  if (!what.startsWith("task ")) await writePages();
  console.log(`Undone: ${what}. If npm run dev has applied its migration, npm run db:reset makes the database anew.`);
}

/** A resource that others may be under, with its owner. */
async function parentOf(plural: string): Promise<{ names: Names; owner: Owner }> {
  const path = `src/routes/${plural}/read.ts`;
  const [, operation = ""] = /operationId: "read(\w+)"/.exec(await text(path).catch(() => "")) ?? [];
  const owner = operation === "" ? undefined : await ownerOf(plural);
  if (!owner || !(await isDirectly(plural, owner))) {
    throw new Problem(
      `--under ${plural}: ${path} does not read a row at /${plural}/{id}, below an organization or not. ` +
        `npm run new -- resource ${plural} makes such a resource.`,
    );
  }
  return { names: namesOf(plural, operation.replaceAll(/(?<=.)([A-Z])/g, "-$1").toLowerCase()), owner };
}

/** The owner of the rows of a resource, by the list of src/db/schema.ts that its table is in. */
async function ownerOf(plural: string): Promise<Owner | undefined> {
  const schema = await text("src/db/schema.ts");
  const isIn = (owner: Owner) => listOf(owner).exec(schema)?.[2]?.match(/\w+/g)?.includes(spell(plural).camel);
  return isIn("user") ? "user" : isIn("organization") ? "organization" : undefined;
}

/** True if a resource is not under another one. */
async function isDirectly(plural: string, owner: Owner): Promise<boolean> {
  const read = await text(`src/routes/${plural}/read.ts`).catch(() => "");
  return read.includes(`path: "${owner === "user" ? "" : "/organizations/{organization_id}"}/${plural}/{id}"`);
}

async function newResource(names: Names, owner: Owner, fields: Field[], parent?: Names): Promise<void> {
  const { many, one } = names;
  const { list, whose } = owners[owner];
  const words = new Set([owner, parent ? "under" : "direct"]);
  const templates = new Map<string, string>();
  for (const file of [...shared, "crud", ...endpoints.map((name) => `routes/${name}`)]) {
    const folder = shared.includes(file) ? "shared" : owner;
    templates.set(file, inVariant(await template(`${folder}/${file}.ts`), words));
  }
  const from = (file: string) => {
    const made = inPlace(inNameOf(names, templates.get(file) ?? ""), owner, parent);
    return withFields(parent ? underName(parent, made) : made, names, fields);
  };
  const plan: Plan = { made: new Map(), changed: new Map() };
  plan.made.set(`src/schemas/${many.dashed}.ts`, from("schemas"));
  plan.made.set(`src/crud/${many.dashed}.ts`, from("crud"));
  for (const file of endpoints) plan.made.set(`src/routes/${many.dashed}/${file}.ts`, from(`routes/${file}`));
  plan.made.set(`test/routes/${many.dashed}/${many.dashed}.test.ts`, from("test"));
  plan.made.set(`test/routes/${many.dashed}/calls.ts`, from("calls"));
  await refuseExisting(plan);
  refuseUsed(many.camel, templates.get("crud") ?? "", await text("src/db/schema.ts"));
  refuseUsed(many.pascal, templates.get("crud") ?? "");
  refuseUsed(one.camel, ...endpoints.map((file) => templates.get(`routes/${file}`) ?? ""));
  refuseUsed(one.pascal, templates.get("schemas") ?? "");
  // Loads a compiler of schemas, which a refusal need not wait for.
  const { checkMigrations } = await import("../commands/check-migrations.ts");
  await checkMigrations();

  await change(plan, "src/db/schema.ts", (schema) => {
    if (!listOf(owner).test(schema)) throw new Problem(`src/db/schema.ts has no list ${list}.`);
    // A list of one spread is that one.
    const table = from("table").replace(/\[\s*\.\.\.(\w+\([^)]*\)),\s*\]/, "$1");
    const withTable = insertedAbove(withImportsFor(schema, fields, names), list, table);
    return withTable.replace(listOf(owner), (_, start: string, others: string, end: string) => {
      // First, because it may later refer to one of them.
      return `${start}${[many.camel, ...(others === "" ? [] : [others])].join(", ")}${end}`;
    });
  });
  await change(plan, "src/endpoint/document.ts", (openapi) => {
    const tag = `      { name: "${many.prose}", description: "${capital(many.prose)} ${whose}" },\n`;
    return insertedBefore(openapi, '      { name: "operations"', tag);
  });
  const lists = valueLists(fields, names);
  if (lists !== "") await change(plan, "src/values.ts", (values) => `${values}${lists}`);
  if (owner === "organization") await change(plan, "src/permissions.ts", (code) => withPermissions(code, many.dashed));
  const exported = endpoints.map((file) => exportOf(from(`routes/${file}`)));
  await change(plan, "src/routes/index.ts", (index) => {
    const imports = endpoints.map((file, i) => `import { ${exported[i]} } from "./${many.dashed}/${file}.ts";\n`);
    const list = exported.map((endpoint) => `  ${endpoint},\n`);
    return insertedBefore(withImports(index, imports.join("")), "  jwks,\n", list.join(""));
  });
  await carryOut(`resource ${many.dashed}`, plan, () => addMigration(many.snake));
  const above = parent ? `/${parent.many.dashed}/$${parent.one.snake}_id` : "";
  const base = owner === "user" ? `$api${above}` : `$api/organizations/$organization_id${above}`;
  say(plan, [
    "drizzle/ has its migration, which makes the table and its trigger.",
    `One of them is called "${one.prose}": if that is wrong, run this again with --undo, and then with --singular.`,
    ...(owner === "user"
      ? []
      : [
          `src/permissions.ts has ${many.dashed}:read and ${many.dashed}:write, which every role has: take away there.`,
        ]),
    "",
    "npm run dev applies it when it starts; then, with the token of the README's first request:",
    "",
    `  curl ${base}/${many.dashed} -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d '${firstBody(fields)}'`,
    "",
    `Its fields are in src/db/schema.ts and src/schemas/${many.dashed}.ts, and its tests in test/routes/${many.dashed}/: change them there, then`,
    "npm run db:generate and npm test.",
  ]);
}

/** Adds the permissions of a resource, and gives them to the roles that every organization has. */
function withPermissions(code: string, resource: string): string {
  const added = [`${resource}:read`, `${resource}:write`].map((name) => `"${name}"`);
  const all = insertedBefore(
    code,
    "] as const;\nexport type Permission",
    `${added.map((name) => `  ${name},\n`).join("")}`,
  );
  return ["admin", "member"].reduce((text, role) => {
    const [line, start = "", held = ""] = new RegExp(`^(  ${role}: \\[)([^\\]]*)\\],`, "m").exec(text) ?? [];
    if (line === undefined) throw new Problem(`src/permissions.ts has no role ${role}.`);
    const names = [...(held.trim() === "" ? [] : [held.trim().replace(/,$/, "")]), ...added];
    return text.replace(line, () => `${start}${names.join(", ")}],`);
  }, all);
}

async function newEndpoint(names: Names, verb: string): Promise<void> {
  const { many, one } = names;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(verb) || verb.length > 40) {
    throw new Problem(
      `"${verb}" cannot name an endpoint: lower-case letters and digits, words joined by "-", at most 40.`,
    );
  }
  const owner = await ownerOf(many.dashed);
  if (!owner) {
    throw new Problem(`${many.camel} is not in ownedTables: npm run new -- resource ${many.dashed} makes it.`);
  }
  const folder = owner === "user" ? "endpoint" : "organization-endpoint";
  if (!(await isDirectly(many.dashed, owner))) {
    throw new Problem(
      `${many.prose} are under another resource: copy src/routes/${many.dashed}/update.ts, and list the copy.`,
    );
  }
  const { dashed, camel, prose } = spell(verb);
  const from = async (file: string) =>
    inNameOf(names, await template(`${folder}/${file}`))
      .replaceAll("press-leaf", dashed)
      .replaceAll("pressLeaf", camel)
      .replaceAll("Press leaf", capital(prose));
  const plan: Plan = { made: new Map(), changed: new Map() };
  const route = await from("route.ts");
  plan.made.set(`src/routes/${many.dashed}/${dashed}.ts`, route);
  plan.made.set(`test/routes/${many.dashed}/${dashed}.test.ts`, await from("test.ts"));
  await refuseExisting(plan);
  refuseUsed(one.camel, await template(`${folder}/route.ts`));
  await change(plan, "src/routes/index.ts", (index) => {
    const imports = [...index.matchAll(new RegExp(`^import \\{ (\\w+) \\} from "\\./${many.dashed}/.*\\n`, "gm"))];
    const last = imports
      .map(([, endpoint]) => `  ${endpoint},\n`)
      .toSorted((a, b) => index.indexOf(a) - index.indexOf(b))
      .at(-1);
    if (last === undefined) throw new Problem(`src/routes/index.ts has no endpoint of ${many.prose}.`);
    const line = `import { ${exportOf(route)} } from "./${many.dashed}/${dashed}.ts";\n`;
    return withImports(index, line).replace(last, `${last}  ${exportOf(route)},\n`);
  });
  const calls = `test/routes/${many.dashed}/calls.ts`;
  // Only a function of the resource's own can make a row to call it on.
  const [, maker] =
    new RegExp(`^async function (an?${one.pascal})\\(\\)`, "m").exec(await text(calls).catch(() => "")) ?? [];
  if (maker) await change(plan, calls, (given) => withCall(given, exportOf(route), maker, dashed));
  await carryOut(`endpoint ${many.dashed}/${dashed}`, plan);
  say(plan, [
    `POST ${/path: "(.*)"/.exec(route)?.[1]} answers the ${one.prose} as it is. Next: write in src/crud/${many.dashed}.ts what it changes,`,
    `call that in src/routes/${many.dashed}/${dashed}.ts, say it in its summary, and npm test.`,
    ...(maker ? [] : [`${calls} has no function that makes ${one.prose}: add a call that succeeds by hand.`]),
  ]);
}

async function newTask(name: string): Promise<void> {
  const parts = name.split("/");
  const verb = parts.at(-1) ?? "";
  if (parts.length > 2 || !parts.every((part) => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(part) && part.length <= 40)) {
    throw new Problem(
      `"${name}" cannot name a task: lower-case letters and digits, words joined by "-", in a folder or in none.`,
    );
  }
  const { camel, prose } = spell(verb);
  const isInFolder = parts.length === 2;
  const from = async (file: string) =>
    (await template(`task/${file}`))
      .replaceAll("field-notes/press-leaf", name)
      .replaceAll("pressLeaf", camel)
      .replaceAll("press leaf", prose)
      .replaceAll(/"(\.\.\/)+/g, (up) => (isInFolder ? up : up.replace("../", "")));
  const plan: Plan = { made: new Map(), changed: new Map() };
  const source = await from("task.ts");
  plan.made.set(`src/tasks/${name}.ts`, source);
  plan.made.set(`test/tasks/${name}.test.ts`, await from("test.ts"));
  await refuseExisting(plan);
  if (["task", "z", "log", "run", "id"].includes(camel))
    throw new Problem(`In the code of a task, "${verb}" is taken.`);
  await change(plan, "src/tasks/index.ts", (index) => {
    const line = `import { ${exportOf(source)} } from "./${name}.ts";\n`;
    return insertedBefore(withImports(index, line), "\n];", `\n  ${exportOf(source)},`);
  });
  await carryOut(`task ${name}`, plan);
  say(plan, [
    `${camel}.later({ id }) as a part of run(...) enqueues it. Next: write in src/tasks/${name}.ts what it takes and does,`,
    "and npm test. docs/tasks.md has the words of its declaration.",
  ]);
}

/** Adds a call that succeeds, with which the tests of the house hold the endpoint's words and its round trips. */
function withCall(calls: string, endpoint: string, maker: string, verb: string): string {
  const end = calls.lastIndexOf("\n};");
  if (end === -1) throw new Problem("Expected an object of calls.");
  const call = `
  ${endpoint}: async () => {
    const { path, token } = await ${maker}();
    return { path: \`\${path}/${verb}\`, token };
  },`;
  return `${calls.slice(0, end)}${call}${calls.slice(end)}`;
}

/** Keeps those lines of a template that end in `//:` and some of these words, and those that end in none. */
function inVariant(template: string, words: ReadonlySet<string>): string {
  return template.replaceAll(/^(.*?) ?\/\/: ([a-z ]+)\n/gm, (_, code: string, wanted: string) =>
    wanted.split(" ").every((word) => words.has(word)) ? `${code}\n` : "",
  );
}

/** Names the paths in the titles of tests as they are. */
function inPlace(code: string, owner: Owner, parent?: Names): string {
  const above = `${owner === "user" ? "" : "/organizations/{organization_id}"}${parent ? "/binders/{binder_id}" : ""}`;
  return code.replaceAll(/(?<=describe\("(?:POST |GET )?)(?=\/)/g, above);
}

/** Imports what the columns of these fields are made of. */
function withImportsFor(schema: string, fields: Field[], names: Names): string {
  const { builders, values } = neededBy(fields, names);
  const withBuilders = withNamed(schema, "drizzle-orm/pg-core", builders);
  return values.length === 0 ? withBuilders : withNamed(withBuilders, "../values.ts", values);
}

function exportOf(source: string): string {
  return /^export const (\w+)/m.exec(source)?.[1] ?? "";
}

function template(file: string): Promise<string> {
  return readText(join(import.meta.dirname, "templates", file));
}

function capital(prose: string): string {
  return prose.charAt(0).toUpperCase() + prose.slice(1);
}

function say({ made, changed }: Plan, next: string[]): void {
  console.log(["Made:", ...made.keys()].join("\n  "));
  const pages = changed.has(listOfEndpoints) ? ["docs/access-matrix.md", "openapi.json", "client/src/schema.ts"] : [];
  console.log(["Added to:", ...changed.keys(), ...pages].join("\n  "));
  console.log(`\n${next.join("\n")}`);
}

if (import.meta.main) await make(process.argv.slice(2)).catch(failWith);
