/** Prints the size of each entry as a page loads it, minified and gzipped, and fails if one has outgrown its budget. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** In bytes; an adapter's is counted without what the core has already. The table grows with your own endpoints. */
const budgets = { core: 5_000, tanstack: 1_000, operations: Number.POSITIVE_INFINITY };

async function bundled(entries: string[], external: string[] = []): Promise<number> {
  const contents = entries.map((entry) => `export * from "./${entry}.js";`).join("\n");
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

const [core, all] = [await bundled(["index"], ["./operations.js"]), await bundled(["index"])];
const sizes = { core, tanstack: (await bundled(["index", "tanstack"])) - all, operations: all - core };
for (const [entry, budget] of Object.entries(budgets)) {
  const size = sizes[entry as keyof typeof sizes];
  console.log(`${entry}: ${size} bytes gzipped${Number.isFinite(budget) ? `, of ${budget}` : ""}`);
  if (size > budget) process.exitCode = 1;
}
