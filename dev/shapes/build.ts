import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { Problem, projectFolder } from "../config.ts";
import { bundling } from "./bundle.ts";
import { readEnvironmentOf, type ShapeWorker, shapeWorkers } from "./configs.ts";
import { writeEntries } from "./entries.ts";
import { partsOf, type Shape } from "./parts.ts";

/** A Worker that was built: the folder of its bundle and its `wrangler.json`, and its size in kilobytes, gzipped. */
export type BuiltWorker = ShapeWorker & { folder: string; kilobytes: number; endpoints: number };

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
  await build({ ...bundling(entries, folder, environment), minify: !isLocal }).catch((error: Error) => {
    throw new Problem(`The Workers cannot be bundled:\n${error.message}`);
  });
  const counts = new Map([parts.base, ...parts.others].map(({ name, endpoints }) => [name, endpoints.length]));
  return Promise.all(
    workers.map(async (worker) => {
      const own = join(folder, worker.part);
      await mkdir(own, { recursive: true });
      await writeFile(join(own, "wrangler.json"), `${JSON.stringify(worker.config, undefined, 2)}\n`);
      const kilobytes = gzipSync(await readFile(join(own, "index.js"))).length / 1_000;
      return { ...worker, folder: own, kilobytes, endpoints: counts.get(worker.part) ?? 0 };
    }),
  );
}
