/** Writes the first calls of a new resource, which a reader can paste into a shell as they are. */
import { firstBody } from "./field-slots.ts";
import type { Field } from "./fields.ts";
import type { Names } from "./names.ts";
import type { Owner } from "./owners.ts";
import { projectText } from "./scaffold.ts";

const auth = '-H "Authorization: Bearer $token"';
const json = "-H 'Content-Type: application/json'";
const firstId = `grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4`;

/** The commands that make what a row is in, and then the row, by a shell that has `$api` and `$token`. */
export async function firstCalls(
  { many }: Names,
  owner: Owner,
  fields: readonly Field[],
  parent?: Names,
): Promise<string[]> {
  const base = owner === "user" ? "$api" : "$api/organizations/$organization_id";
  const organization = [
    `${post("$api/organizations", '{"name": "Our team", "slug": "our-team"}')}   # once: 409 if it is there`,
    `organization_id=$(curl -s $api/organizations ${auth} | ${firstId})`,
  ];
  const above =
    parent &&
    `${parent.one.snake}_id=$(${post(`-s ${base}/${parent.many.dashed}`, await bodyFor(owner, parent))} | ${firstId})`;
  const path = parent ? `${base}/${parent.many.dashed}/$${parent.one.snake}_id` : base;
  return [
    ...(owner === "user" ? [] : organization),
    ...(above ? [above] : []),
    post(`${path}/${many.dashed}`, firstBody(fields)),
  ];
}

function post(target: string, body: string): string {
  return `curl ${target} ${auth} ${json} -d '${body.replaceAll("'", "'\\''")}'`;
}

type Schema = { $ref?: string; required?: string[]; properties?: Record<string, Schema>; example?: unknown };

/** A body that makes a row of this resource: the examples of its required fields in openapi.json. */
async function bodyFor(owner: Owner, { many }: Names): Promise<string> {
  const { paths, components } = JSON.parse(await projectText("openapi.json"));
  const path = `/api/v1${owner === "user" ? "" : "/organizations/{organization_id}"}/${many.dashed}`;
  const given: Schema = paths[path]?.post?.requestBody?.content?.["application/json"]?.schema ?? {};
  const whole = ({ $ref, ...schema }: Schema): Schema =>
    $ref === undefined ? schema : { ...components.schemas[$ref.split("/").at(-1) ?? ""], ...schema };
  const { properties = {}, required = Object.keys(properties).slice(0, 1) } = whole(given);
  return JSON.stringify(Object.fromEntries(required.map((name) => [name, whole(properties[name] ?? {}).example])));
}
