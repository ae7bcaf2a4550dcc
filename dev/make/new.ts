/**
 * `npm run new -- resource projects` makes a resource from dev/make/templates; `npm run new -- endpoint
 * items/archive` one more endpoint. Writes all or nothing, and overwrites nothing.
 */
import { parseArgs } from "node:util";
import { CommandError, failWith } from "../config.ts";
import { newEndpoint } from "./endpoint.ts";
import { fieldKinds, fieldsOf, searchedOf, usualFields } from "./fields.ts";
import { namesOf } from "./names.ts";
import { parentOf } from "./owners.ts";
import { further, newResource } from "./resource.ts";
import { writePages } from "./scaffold.ts";
import { newTask } from "./task.ts";
import { takeBack } from "./undo.ts";

const usage = `npm run new -- resource projects            a table, schemas, queries, endpoints and tests
    --in organization                       of organizations, below /organizations/{organization_id}, instead of users
    --under tickets                         of each row of this resource
    --fields "title:text due:date?"         with these fields, instead of a title and a description:
                                            ${fieldKinds}
    --search "title,note"                   a list that finds their words by ?q=
    --export                                a download of all of them, as NDJSON or CSV
    --batch                                 a call that makes, changes and deletes many, all or none; not with --under
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
        search: { type: "string" },
        export: { type: "boolean" },
        batch: { type: "boolean" },
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
  const { in: own, under, fields: given, search, export: exports, batch } = values;
  if (kind !== "resource" && [own, under, given, search, exports, batch].some((value) => value !== undefined)) {
    throw new CommandError(`--in, --under, --fields, --search, --export and --batch are for a resource.\n${usage}`);
  }
  if (values.undo) return undo(`${kind} ${name}`);
  const parent = values.under === undefined ? undefined : await parentOf(values.under);
  if (parent && values.in !== undefined && parent.owner !== values.in) {
    throw new CommandError(`--under ${values.under}: these are of users. Leave --in out.`);
  }
  const owner = values.in ?? parent?.owner ?? "user";
  if (kind === "resource") {
    const names = namesOf(name, values.singular);
    if (batch && parent)
      throw new CommandError(
        `--batch is for no resource under another: its operations do not name one of the ${under}.`,
      );
    const fields = searchedOf(await fieldsOf(given ?? usualFields, owner, names, parent?.names), search);
    return newResource(names, owner, { fields, parent: parent?.names, asked: further.filter((name) => values[name]) });
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
