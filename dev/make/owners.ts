/** Finds the owner of a resource, by the list of src/db/schema.ts that names its table. */
import { CommandError } from "../config.ts";
import { type Names, namesOf, spell } from "./names.ts";
import { projectText } from "./scaffold.ts";

/** The owners of resources: which list of src/db/schema.ts names their tables. */
export const owners = {
  user: { list: "ownedTables", whose: "of users" },
  organization: { list: "organizationTables", whose: "of organizations" },
} as const;
export type Owner = keyof typeof owners;

/** A list of src/db/schema.ts: its start, its names, its end. */
export function tableListOf(owner: Owner): RegExp {
  return new RegExp(`(${owners[owner].list}: readonly \\w+\\[\\] = \\[)([^\\]]*)(\\];)`);
}

/** A resource that others may be under, with its owner. */
export async function parentOf(plural: string): Promise<{ names: Names; owner: Owner }> {
  const [names, owner] = [await readNames(plural), await resourceOwner(plural)];
  if (!names || !owner || !(await isDirectly(plural, owner))) {
    const missing =
      `src/routes/${plural}/read.ts does not read a row at /${plural}/{id}, below an organization or not. ` +
      `npm run new -- resource ${plural} makes such a resource.`;
    throw new CommandError(`--under ${plural}: ${ownersOfRows[plural] ?? missing}`);
  }
  return { names, owner };
}

/** Advice for the tables that own others: no resource is under them, and none refers to them. */
const ownersOfRows: Partial<Record<string, string>> = {
  users: "owner_id is the user who owns a row, without a word. docs/organizations.md has a field that names a member.",
  organizations: "--in organization makes rows that they own.",
};

/** The resource whose rows this field of an owner's rows may name. */
export async function referredOf(field: string, plural: string, owner: Owner): Promise<Names> {
  const relation = ownersOfRows[plural];
  if (relation !== undefined) throw new CommandError(`--fields: ${field} refers to ${plural}: ${relation}`);
  const [names, own] = [await readNames(plural), await resourceOwner(plural)];
  if (!names || !own) {
    throw new CommandError(
      `--fields: ${field} refers to ${plural}, and src/routes/${plural}/read.ts does not read a row at their /{id}. ` +
        `npm run new -- resource ${plural} makes such a resource.`,
    );
  }
  if (own !== owner) {
    const [{ whose }, { whose: whoseOwn }] = [owners[owner], owners[own]];
    throw new CommandError(`--fields: ${field} refers to ${plural}, which are ${whoseOwn}. Rows ${whose} cannot.`);
  }
  return names;
}

/** The names of a resource with an endpoint that reads a row at its `/{id}`. */
async function readNames(plural: string): Promise<Names | undefined> {
  const read = await projectText(`src/routes/${plural}/read.ts`).catch(() => "");
  const [, operation] = /operationId: "read(\w+)"/.exec(read) ?? [];
  if (operation === undefined || !read.includes(`/${plural}/{id}"`)) return undefined;
  return namesOf(plural, operation.replaceAll(/(?<=.)([A-Z])/g, "-$1").toLowerCase());
}

/** The owner of the rows of a resource, by the list of src/db/schema.ts that its table is in. */
export async function resourceOwner(plural: string): Promise<Owner | undefined> {
  const schema = await projectText("src/db/schema.ts");
  const isIn = (owner: Owner) => tableListOf(owner).exec(schema)?.[2]?.match(/\w+/g)?.includes(spell(plural).camel);
  return isIn("user") ? "user" : isIn("organization") ? "organization" : undefined;
}

/** True if a resource is not under another one. */
export async function isDirectly(plural: string, owner: Owner): Promise<boolean> {
  const read = await projectText(`src/routes/${plural}/read.ts`).catch(() => "");
  return read.includes(`path: "${owner === "user" ? "" : "/organizations/{organization_id}"}/${plural}/{id}"`);
}
