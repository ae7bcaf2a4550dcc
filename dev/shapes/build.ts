import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { CommandError, projectFolder } from "../config.ts";
import { bundling } from "./bundle.ts";
import { readEnvironmentOf, type ShapeWorker, shapeWorkers } from "./configs.ts";
import { writeEntries } from "./entries.ts";
import { partsOf, type Shape } from "./parts.ts";

/** A Worker that was built: the folder of its bundle and its `wrangler.json`, and its size in kilobytes, gzipped. */
export type BuiltWorker = ShapeWorker & {
  folder: string;
  /** The paths of its modules, the first one first. There is but one, unless it is for this machine. */
  modules: readonly string[];
  kilobytes: number;
  endpoints: number;
};

type Options = {
  shape: Shape;
  /** The part of wrangler.toml outside of environments, which is for this machine, if there is none. */
  env: string | undefined;
  folder: string;
  /** True for `npm run dev`. */
  isLocal?: boolean;
};

/** The folder of what was built of an environment. */
export function buildFolder(shape: Shape, env: string): string {
  return join(projectFolder, ".plinth", "build", shape, env);
}

/** Builds every Worker of a shape into a folder of its own, each called first. Static files must be there. */
export async function buildShape(
  endpoints: readonly Endpoint[],
  { shape, env, folder, isLocal = false }: Options,
): Promise<BuiltWorker[]> {
  const environment = readEnvironmentOf(env);
  const parts = partsOf(endpoints, shape);
  const workers = shapeWorkers(parts, environment, folder);
  await rm(folder, { recursive: true, force: true });
  const entries = await writeEntries(endpoints, parts, { folder: join(folder, "entries"), isLocal });
  const options = bundling(entries, folder, environment);
  const { outputs } = await build(isLocal ? { ...options, ...shared } : options)
    .catch((error: Error) => {
      throw new CommandError(`The Workers cannot be bundled:\n${error.message}`);
    })
    .then(({ metafile }) => metafile);
  const counts = new Map([parts.base, ...parts.others].map(({ name, endpoints }) => [name, endpoints.length]));
  return Promise.all(
    workers.map(async (worker) => {
      const own = join(folder, worker.part);
      await mkdir(own, { recursive: true });
      await writeFile(join(own, "wrangler.json"), `${JSON.stringify(worker.config, undefined, 2)}\n`);
      const modules = modulesOf(relative(projectFolder, join(own, "index.js")), outputs);
      const kilobytes = gzipSync(await readFile(join(own, "index.js"))).length / 1_000;
      return { ...worker, folder: own, modules, kilobytes, endpoints: counts.get(worker.part) ?? 0 };
    }),
  );
}

/** Bundles what Workers have in common once, so that a change is built in seconds. */
const shared = { splitting: true, chunkNames: "chunks/[name]-[hash]" };

/** The paths of an output and of all that it imports. */
function modulesOf(first: string, outputs: Metafile["outputs"]): string[] {
  const found = new Set([first.replaceAll("\\", "/")]);
  // A set goes through what is added meanwhile, too.
  for (const path of found) {
    for (const one of outputs[path]?.imports ?? []) if (!one.external) found.add(one.path);
  }
  return [...found].map((path) => join(projectFolder, path));
}
