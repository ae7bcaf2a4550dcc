/** Prints the size of each part as a page loads it, minified and gzipped, and fails if one has outgrown its budget. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** In bytes, without what stands above it. The helpers come with their import, and the table grows with your own endpoints. */
const budgets = {
  core: 5_250,
  helpers: 650,
  events: 650,
  progress: 650,
  tanstack: 1_000,
  operations: Number.POSITIVE_INFINITY,
};

async function bundled(contents: string, external: string[] = []): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(import.meta.dirname, "dist") },
    bundle: true,
    external,
    minify: true,
    format: "esm",
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? "").byteLength;
}

const core = await bundled('export { createClient, inCookie } from "./index.js"', ["./operations.js"]);
const all = 'export * from "./index.js"';
const [whole, withTable] = [await bundled(all, ["./operations.js"]), await bundled(all)];
const events = (await bundled(`${all}; export * from "./events.js"`)) - withTable;
const progress = (await bundled(`${all}; export * from "./progress.js"`)) - withTable;
const tanstack = (await bundled(`${all}; export * from "./tanstack.js"`)) - withTable;
const sizes = { core, helpers: whole - core, events, progress, tanstack, operations: withTable - whole };
for (const [entry, budget] of Object.entries(budgets)) {
  const size = sizes[entry as keyof typeof sizes];
  console.log(`${entry}: ${size} bytes gzipped${Number.isFinite(budget) ? `, of ${budget}` : ""}`);
  if (size > budget) process.exitCode = 1;
}
