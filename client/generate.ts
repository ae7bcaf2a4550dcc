/** Writes the types and the table of operations that the client is built on, from the committed document. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

type Operation = { operationId: string; security?: unknown[]; parameters?: { name?: string; $ref?: string }[] };
type Part = { properties?: { code?: { enum?: string[] } } };
type Answer = { content?: Record<string, { schema: { allOf?: Part[] } }> };
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { responses: Record<string, Answer> };
};

const place = (path: string) => join(import.meta.dirname, path);
const document: Document & Parameters<typeof openapiTS>[0] = JSON.parse(
  await readFile(place("../openapi.json"), "utf8"),
);

// The client makes a problem with this code of an error that has none, and every operation may answer one.
for (const { content = {} } of Object.values(document.components.responses)) {
  const parts = Object.values(content).flatMap(({ schema }) => schema.allOf ?? []);
  for (const { properties } of parts)
    if (properties?.code?.enum?.includes("internal")) properties.code.enum.push("unreadable");
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, ...operation })),
);
const listed = (names: string[]) => names.map((name) => `  ${JSON.stringify(name)},\n`).join("");
const keyed = operations.filter(({ parameters = [] }) =>
  parameters.some(({ name, $ref }) => name === "Idempotency-Key" || $ref?.endsWith("/Idempotency-Key")),
);
const open = operations.filter(({ security = [] }) => security.length === 0);
const closed = operations.filter((operation) => !open.includes(operation));

/** The pattern of an operation's method and path, as requests have it. */
const patternOf = (name: string) => name.replaceAll(".", "\\.").replaceAll(/\{[^}]*\}/g, "[^/?]+");

/** Leaves out what a router finds first: `GET /notes/{id}` is not `GET /notes/mine`. */
function openPattern(name: string): string {
  const pattern = patternOf(name);
  const others = closed.filter((other) => new RegExp(`^${pattern}$`).test(other.name));
  return `${others.map((other) => `(?!${patternOf(other.name)}(?:\\?|$))`).join("")}${pattern}`;
}

const types = await openapiTS(document, {
  // Files are no texts: as such they would be sent as JSON.
  transform: ({ format }) => (format === "binary" ? ts.factory.createTypeReferenceNode("Blob") : undefined),
});

const files = {
  "src/schema.ts": `/** Made from openapi.json by \`npm run client\`: edit nothing here. */\n${astToString(types)}`,
  "src/operations.ts": `/** Made from openapi.json by \`npm run client\`: edit nothing here. */

/** Operations that honour an \`Idempotency-Key\`. */
export const keyedOperations: ReadonlySet<string> = new Set([
${listed(keyed.map(({ name }) => name))}]);

/** The method and URL, behind the origin, of a request for an operation that needs no sign-in. */
export const openOperations = new RegExp(
  \`^(?:\${[
${open.map(({ name }) => `    ${JSON.stringify(openPattern(name))},\n`).join("")}  ].join("|")})(?:\\\\?|$)\`,
);
`,
};

for (const [path, text] of Object.entries(files)) {
  const kept = await readFile(place(path), "utf8").catch(() => "");
  if (kept === text) continue;
  if (process.argv.includes("--check")) {
    console.error(`client/${path} is stale: run npm run derive.`);
    process.exitCode = 1;
  } else {
    await writeFile(place(path), text);
    console.log(`Written: client/${path}.`);
  }
}
