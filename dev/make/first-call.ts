/** Writes the first calls of a new resource, which a reader can paste into a shell as they are. */
import { spell } from "./names.ts";
import type { Owner } from "./owners.ts";
import { projectText } from "./scaffold.ts";

const auth = '-H "Authorization: Bearer $token"';
const json = "-H 'Content-Type: application/json'";
const firstId = `grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4`;

type Schema = { $ref?: string; required?: string[]; properties?: Record<string, Schema>; example?: unknown };
type Operation = { requestBody?: { content: { "application/json"?: { schema: Schema } } } };
type Document = {
  paths: Record<string, { post?: Operation }>;
  components: { schemas: Record<string, Schema> };
};

/** The commands that make what a row is in and refers to, and then the row, by a shell that has `$api` and `$token`. */
export async function firstCalls(plural: string, owner: Owner): Promise<string[]> {
  const organization = [
    `${post("$api/organizations", '{"name": "Our team", "slug": "our-team"}')}   # once: 409 if it is there`,
    `organization_id=$(curl -s $api/organizations ${auth} | ${firstId})`,
  ];
  const { before, path, body } = await creationOf(JSON.parse(await projectText("openapi.json")), plural);
  return [...(owner === "user" ? [] : organization), ...new Set(before), post(path, body)];
}

/** The path and the body that make a row, and the commands before it, which fill the variables in both. */
async function creationOf(
  document: Document,
  plural: string,
): Promise<{ before: string[]; path: string; body: string }> {
  const { paths, components } = document;
  const whole = ({ $ref, ...schema }: Schema): Schema =>
    $ref === undefined ? schema : { ...components.schemas[$ref.split("/").at(-1) ?? ""], ...schema };
  const lists = Object.entries(paths).flatMap(([path, { post }]) => {
    const [, name] = /\/([\w-]+)$/.exec(path) ?? [];
    return post && name !== undefined
      ? [{ path, name, schema: post.requestBody?.content["application/json"]?.schema }]
      : [];
  });
  const { path = "", schema = {} } = lists.find(({ name }) => name === plural) ?? {};
  const { properties = {}, required = Object.keys(properties).slice(0, 1) } = whole(schema);
  const route = await projectText(`src/routes/${plural}/create.ts`).catch(() => "");
  const [, refersTo = ""] = /refersTo: \{([^}]*)\}/.exec(route) ?? [];
  const tables = new Map([...refersTo.matchAll(/(\w+): (\w+)/g)].map(([, field = "", table]) => [field, table]));
  const variables = [
    ...[...path.matchAll(/([\w-]+)\/\{(\w+)\}/g)].map(([, name = "", variable = ""]) => ({ name, variable })),
    ...required.flatMap((variable) => {
      const { name } = lists.find(({ name }) => spell(name).camel === tables.get(variable)) ?? {};
      return name === undefined ? [] : [{ name, variable }];
    }),
  ].filter(({ variable }) => variable !== "organization_id");
  const before: string[] = [];
  for (const { name, variable } of variables) {
    const made = await creationOf(document, name);
    before.push(...made.before, `${variable}=$(${post(made.path, made.body, "-s ")} | ${firstId})`);
  }
  const members = required.map((name) => {
    const value = tables.has(name) ? `$${name}` : whole(properties[name] ?? {}).example;
    return `"${name}": ${JSON.stringify(value)}`;
  });
  return {
    before,
    path: path.replace("/api/v1", "$api").replaceAll(/\{(\w+)\}/g, "$$$1"),
    body: `{${members.join(", ")}}`,
  };
}

/** Quotes the body for a shell, but not the variables in it. */
function post(target: string, body: string, options = ""): string {
  const quoted = body.replaceAll("'", "'\\''").replaceAll(/"\$(\w+)"/g, `"'$$$1'"`);
  return `curl ${options}${target} ${auth} ${json} -d '${quoted}'`;
}
