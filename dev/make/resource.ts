/** `npm run new -- resource projects`: table, migration, schemas, queries, endpoints and tests. */
import { CommandError } from "../config.ts";
import { announce } from "./announce.ts";
import { neededBy, selfReferences, uniques, valueLists, withFields, withTaken } from "./field-slots.ts";
import type { Field } from "./fields.ts";
import { firstCalls } from "./first-call.ts";
import { articleOf, capital, inNameOf, type Names, refuseUsed, underName } from "./names.ts";
import { type Owner, owners, tableListOf } from "./owners.ts";
import {
  carryOut,
  change,
  generateMigration,
  insertedAbove,
  insertedBefore,
  projectText,
  refuseExisting,
  type ScaffoldPlan,
  withImports,
  withNamed,
} from "./scaffold.ts";
import { exportOf, inVariant, template } from "./template.ts";

/** The endpoints that a resource has if they are asked for. */
export const further = ["export", "batch"] as const;
export type Further = (typeof further)[number];
/** The templates of the endpoints that a unique field can refuse. */
const writing = ["create", "update", "restore"].map((name) => `routes/${name}`);
/** The templates of a resource that its owner does not change. */
const shared = ["schemas", "table", "test", "calls"];

/** Throws a {@link CommandError} for a name of 64 characters or more, of which PostgreSQL keeps 63. */
function refuseCut(table: string): void {
  const [name] = /(?<=")\w{64,}(?=")/.exec(table) ?? [];
  if (name === undefined) return;
  throw new CommandError(
    `PostgreSQL cuts ${name}, of ${name.length} characters, to 63: shorten the name of the resource or of the field.`,
  );
}

/** Makes a resource of this owner, or one under another resource. Throws a {@link CommandError} that says why not. */
export async function newResource(
  names: Names,
  owner: Owner,
  { fields, parent, asked }: { fields: Field[]; parent: Names | undefined; asked: readonly Further[] },
): Promise<void> {
  const { many, one } = names;
  const { list, whose } = owners[owner];
  // Those with a fixed path come before those whose path it would fit.
  const endpoints = ["create", "list", ...asked, "read", "update", "delete", "restore"];
  const isNested = selfReferences(fields, names).length > 0;
  const isSearched = fields.some((field) => field.isSearched);
  const variant = [owner, parent ? "under" : "direct", isNested ? "nested" : "flat", isSearched ? "search" : "plain"];
  const words = new Set([...variant, ...asked]);
  const templates = new Map<string, string>();
  for (const file of [...shared, "crud", ...endpoints.map((name) => `routes/${name}`)]) {
    const folder = shared.includes(file) ? "shared" : owner;
    templates.set(file, inVariant(await template(`${folder}/${file}.ts`), words));
  }
  const from = (file: string) => {
    const made = inPlace(inNameOf(names, templates.get(file) ?? ""), owner, parent);
    const whole = withFields(parent ? underName(parent, made) : made, names, fields);
    // A field may refer to the resource that this one is under.
    const filled = whole.replaceAll(/^(import .*\n)(?=[\s\S]*^\1)/gm, "");
    return writing.includes(file) ? withTaken(filled, fields, names) : filled;
  };
  refuseCut(from("table"));
  const plan: ScaffoldPlan = { made: new Map(), changed: new Map() };
  plan.made.set(`src/schemas/${many.dashed}.ts`, from("schemas"));
  plan.made.set(`src/crud/${many.dashed}.ts`, from("crud"));
  for (const file of endpoints) plan.made.set(`src/routes/${many.dashed}/${file}.ts`, from(`routes/${file}`));
  plan.made.set(`test/routes/${many.dashed}/${many.dashed}.test.ts`, from("test"));
  plan.made.set(`test/routes/${many.dashed}/calls.ts`, from("calls"));
  await refuseExisting(plan);
  refuseUsed(many.camel, templates.get("crud") ?? "", await projectText("src/db/schema.ts"));
  refuseUsed(many.pascal, templates.get("crud") ?? "");
  refuseUsed(one.camel, ...endpoints.map((file) => templates.get(`routes/${file}`) ?? ""));
  refuseUsed(one.pascal, templates.get("schemas") ?? "");
  // Loads a compiler of schemas, which a refusal need not wait for.
  const { checkMigrations } = await import("../commands/check-migrations.ts");
  await checkMigrations();

  await change(plan, "src/db/schema.ts", (schema) => {
    if (!tableListOf(owner).test(schema)) throw new CommandError(`src/db/schema.ts has no list ${list}.`);
    // A list of one spread is that one.
    const table = from("table").replace(/\[\s*\.\.\.(\w+\([^)]*\)),\s*\]/, "$1");
    const withTable = insertedAbove(withImportsFor(schema, fields, names), list, table);
    return withTable.replace(tableListOf(owner), (_, start: string, others: string, end: string) => {
      // First, because it may later refer to one of them.
      return `${start}${[many.camel, ...(others === "" ? [] : [others])].join(", ")}${end}`;
    });
  });
  await change(plan, "src/endpoint/document.ts", (openapi) => {
    const tag = `      { name: "${many.prose}", description: "${capital(many.prose)} ${whose}" },\n`;
    return insertedBefore(openapi, '      { name: "operations"', tag);
  });
  const keys = uniques(fields, names);
  if (keys.length > 0) {
    await change(plan, "src/errors.ts", (errors) =>
      insertedBefore(
        errors,
        "  still_referenced: {",
        keys.map(({ name, code }) => takenError(one.prose, name, code)).join(""),
      ),
    );
    const lines = keys.map(({ index, code }) => `  ${index}: "${code}",\n`);
    await change(plan, "src/db/constraints.ts", (codes) =>
      insertedBefore(codes, "  users_email_key: ", lines.join("")),
    );
  }
  const lists = valueLists(fields, names);
  if (lists !== "") await change(plan, "src/values.ts", (values) => `${values}${lists}`);
  if (owner === "organization") await change(plan, "src/permissions.ts", (code) => withPermissions(code, many.dashed));
  const exported = endpoints.map((file) => exportOf(from(`routes/${file}`)));
  await change(plan, "src/routes/index.ts", (index) => {
    const imports = endpoints.map((file, i) => `import { ${exported[i]} } from "./${many.dashed}/${file}.ts";\n`);
    const list = exported.map((endpoint) => `  ${endpoint},\n`);
    return insertedBefore(withImports(index, imports.join("")), "  jwks,\n", list.join(""));
  });
  const pages = await carryOut(`resource ${many.dashed}`, plan, () => generateMigration(many.snake));
  const calls = await firstCalls(many.dashed, owner);
  announce(plan, pages, [
    "drizzle/ has its migration, which makes the table and its trigger.",
    `One of them is called "${one.prose}": if that is wrong, run this again with --undo, and then with --singular.`,
    ...fields.flatMap(({ name, target, isOptional }) =>
      target && !isOptional
        ? [
            `The purge of ${articleOf(target.one.prose)} ${target.one.prose} takes the ${many.prose} along that name it: see onDelete of ${name}.`,
          ]
        : [],
    ),
    ...(owner === "user"
      ? []
      : [
          `src/permissions.ts has ${many.dashed}:read and ${many.dashed}:write, which every role has: take away there.`,
        ]),
    "",
    "npm run dev applies it when it starts; then, with $api and $token of the README's first request:",
    "",
    ...calls.map((call) => `  ${call}`),
    "",
    `Its fields are in src/db/schema.ts and src/schemas/${many.dashed}.ts, and its tests in test/routes/${many.dashed}/: change them there, then`,
    "npm run db:generate and npm test.",
  ]);
}

function takenError(what: string, name: string, code: string): string {
  const detail = `Another ${what} has this ${name.replaceAll("_", " ")}.`;
  return `  ${code}: { status: 409, detail: "${detail}", field: { name: "${name}", type: "taken" } },\n`;
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
    if (line === undefined) throw new CommandError(`src/permissions.ts has no role ${role}.`);
    const names = [...(held.trim() === "" ? [] : [held.trim().replace(/,$/, "")]), ...added];
    return text.replace(line, () => `${start}${names.join(", ")}],`);
  }, all);
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
