/**
 * `npm run new -- resource projects` makes a resource from dev/make/templates; `npm run new -- endpoint
 * items/archive` one more endpoint. Writes all or nothing, and overwrites nothing.
 */
import { parseArgs } from "node:util";
import { CommandError, failWith } from "../config.ts";
import { newEndpoint } from "./endpoint.ts";
import { fieldKinds, fieldsOf, usualFields } from "./fields.ts";
import { namesOf } from "./names.ts";
import { parentOf } from "./owners.ts";
import { newResource } from "./resource.ts";
import { writePages } from "./scaffold.ts";
import { newTask } from "./task.ts";
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

/** Makes what these arguments of the command ask for. Throws a {@link CommandError} that says why not. */
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
  if (name === "" || others.length > 0) throw new CommandError(usage);
  if (values.in !== undefined && values.in !== "organization") {
    throw new CommandError(`--in is organization, or left out.\n${usage}`);
  }
  if (kind !== "resource" && (values.in ?? values.under ?? values.fields) !== undefined) {
    throw new CommandError(`--in, --under and --fields are for a resource.\n${usage}`);
  }
  if (values.undo) return undo(`${kind} ${name}`);
  const parent = values.under === undefined ? undefined : await parentOf(values.under);
  if (parent && values.in !== undefined && parent.owner !== values.in) {
    throw new CommandError(`--under ${values.under}: these are of users. Leave --in out.`);
  }
  const owner = values.in ?? parent?.owner ?? "user";
  if (kind === "resource") {
    const names = namesOf(name, values.singular);
    const fields = await fieldsOf(values.fields ?? usualFields, owner, names, parent?.names);
    return newResource(names, owner, fields, parent?.names);
  }
  if (kind === "task") return newTask(name);
  const [resource = "", verb = "", ...more] = name.split("/");
  if (kind !== "endpoint" || verb === "" || more.length > 0) throw new CommandError(usage);
  return newEndpoint(namesOf(resource, values.singular), verb);
}

async function undo(what: string): Promise<void> {
  await takeBack(what);
  if (!what.startsWith("task ")) await writePages();
  const hasTable = what.startsWith("resource ");
  const anew = hasTable ? " If npm run dev has applied its migration, npm run db:reset makes the database anew." : "";
  console.log(`Undone: ${what}.${anew}`);
}

if (import.meta.main) await make(process.argv.slice(2)).catch(failWith);
