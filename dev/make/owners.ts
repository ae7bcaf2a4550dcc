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
  const path = `src/routes/${plural}/read.ts`;
  const [, operation = ""] = /operationId: "read(\w+)"/.exec(await projectText(path).catch(() => "")) ?? [];
  const owner = operation === "" ? undefined : await resourceOwner(plural);
  if (!owner || !(await isDirectly(plural, owner))) {
    throw new CommandError(
      `--under ${plural}: ${path} does not read a row at /${plural}/{id}, below an organization or not. ` +
        `npm run new -- resource ${plural} makes such a resource.`,
    );
  }
  return { names: namesOf(plural, operation.replaceAll(/(?<=.)([A-Z])/g, "-$1").toLowerCase()), owner };
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
