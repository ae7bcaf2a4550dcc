import { mkdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { filesIn, writeChanged } from "../build/files.ts";
import { CommandError, projectFolder } from "../config.ts";
import { routerData, taskOutlines, wholeData } from "./data.ts";
import type { Parts } from "./parts.ts";

/** The first file of each Worker, by its name. */
export type Entries = Readonly<Record<string, string>>;

/** Writes the first files of all Workers into a folder. Each imports the files of its own endpoints alone. */
export async function writeEntries(
  endpoints: readonly Endpoint[],
  parts: Parts,
  { folder, isLocal }: { folder: string; isLocal: boolean },
): Promise<Entries> {
  const exported = await exportsOf(endpoints);
  const { base, others } = parts;
  const made = [
    { name: "base", text: baseEntry(base.endpoints, exported, wholeData(endpoints)) },
    ...others.map((part) => ({ name: part.name, text: partEntry(part.endpoints, exported) })),
    { name: "router", text: routerEntry(parts) },
  ];
  await mkdir(folder, { recursive: true });
  const written = made.map(async ({ name, text }) => {
    const file = join(folder, `${name}.ts`);
    const served = isLocal && name !== "router" ? forDevelopment(text) : text;
    await writeChanged(file, `// Made by dev/shapes/entries.ts.\n${located(served, folder)}`);
    return [name, file] as const;
  });
  return Object.fromEntries(await Promise.all(written));
}

function partEntry(endpoints: readonly Endpoint[], exported: Exports): string {
  return `import { partWorker } from "src/shape/part.ts";
${importsOf(endpoints, exported)}
export default partWorker([${namesOf(endpoints, exported)}], ${JSON.stringify(taskOutlines())});
`;
}

function baseEntry(endpoints: readonly Endpoint[], exported: Exports, whole: ReturnType<typeof wholeData>): string {
  return `import { baseWorker } from "src/shape/base.ts";
${importsOf(endpoints, exported)}
export { PasswordHasher } from "src/platform/password-hasher.ts";
export { TaskAlarm } from "src/shape/base.ts";

export default baseWorker([${namesOf(endpoints, exported)}], ${JSON.stringify(whole)});
`;
}

function routerEntry(parts: Parts): string {
  return `import { routerWorker } from "src/shape/router.ts";

export default routerWorker(${JSON.stringify(routerData(parts))});
`;
}

/** Wraps the Worker of an entry as `npm run dev` wraps the one of src/index.ts. */
function forDevelopment(text: string): string {
  const wrapped = text.replace(/export default (.+);\n$/s, "export default forDevelopment($1);\n");
  return `import { forDevelopment } from "dev/local/worker/for-development.ts";\n${wrapped}`;
}

type Export = { file: string; name: string };
type Exports = ReadonlyMap<Endpoint, Export>;

/** Finds the file and the name by which each endpoint is exported. */
async function exportsOf(endpoints: readonly Endpoint[]): Promise<Exports> {
  const folder = join(projectFolder, "src/routes");
  const files = (await filesIn(folder)).filter((file) => file.endsWith(".ts"));
  const wanted = new Set<unknown>(endpoints);
  const exported = new Map<unknown, Export>();
  for (const file of files) {
    const module: Record<string, unknown> = await import(pathToFileURL(join(folder, file)).href);
    for (const [name, value] of Object.entries(module)) {
      if (wanted.has(value)) exported.set(value, { file: `src/routes/${file.replaceAll("\\", "/")}`, name });
    }
  }
  return new Map(
    endpoints.map((endpoint) => {
      const one = exported.get(endpoint);
      if (one) return [endpoint, one];
      throw new CommandError(`${endpoint.contract.operationId} is exported by no file of src/routes.`);
    }),
  );
}

function found(endpoints: readonly Endpoint[], exported: Exports): Export[] {
  return endpoints.flatMap((endpoint) => exported.get(endpoint) ?? []);
}

function importsOf(endpoints: readonly Endpoint[], exported: Exports): string {
  return found(endpoints, exported)
    .map(({ file, name }) => `import { ${name} } from ${JSON.stringify(file)};\n`)
    .join("");
}

function namesOf(endpoints: readonly Endpoint[], exported: Exports): string {
  return found(endpoints, exported)
    .map(({ name }) => name)
    .join(", ");
}

/** Makes the paths of imports relative to this folder. */
function located(text: string, folder: string): string {
  return text.replaceAll(/ from "((?:src|dev)\/[^"]+)"/g, (_, path: string) => {
    const way = relative(folder, join(projectFolder, dirname(path))).replaceAll("\\", "/");
    return ` from "${way}/${path.slice(path.lastIndexOf("/") + 1)}"`;
  });
}
