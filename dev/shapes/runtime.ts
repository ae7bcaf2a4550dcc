import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { convertV4MiniflareOptions, type V4WorkerOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions as optionsOf } from "wrangler";
import type { BuiltWorker } from "./build.ts";

/** A Worker as it was built. */
export type Runnable = Pick<BuiltWorker, "part" | "name" | "folder" | "modules">;

type Around = Partial<Parameters<typeof convertV4MiniflareOptions>[0]>;

/** The options of a Miniflare that runs all Workers of a shape, in one process, with these bindings beside their own. */
export async function runtimeOptions(built: readonly Runnable[], bindings: Record<string, string>, around: Around) {
  // The first one is served: the router.
  const workers = await Promise.all(built.toReversed().map((worker) => workerOptions(worker, bindings)));
  return convertV4MiniflareOptions({ ...around, workers });
}

/** The options of a Miniflare that answers each request with this text, and 500. */
export function pageOptions(text: string, around: Around) {
  const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  const answer = `new Response(${JSON.stringify(`${text}\n`)}, ${JSON.stringify({ status: 500, headers })})`;
  return convertV4MiniflareOptions({ ...around, modules: true, script: `export default { fetch: () => ${answer} }` });
}

async function workerOptions(
  { part, name, folder, modules }: Runnable,
  bindings: Record<string, string>,
): Promise<V4WorkerOptions> {
  const { workerOptions } = optionsOf(join(folder, "wrangler.json"));
  const said: object = workerOptions.bindings ?? {};
  const { ALLOWED_ORIGINS = "" } = bindings;
  return {
    ...workerOptions,
    name,
    modulesRoot: dirname(folder),
    modules: await Promise.all(
      modules.map(async (path) => ({ type: "ESModule", path, contents: await readFile(path, "utf8") }) as const),
    ),
    bindings: { ...said, ...(part === "router" ? { ALLOWED_ORIGINS } : bindings) },
  };
}
