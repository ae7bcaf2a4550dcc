/** `npm run build:node [-- --outdir .plinth/node]`: bundles the server for Node, with its static files, into a folder that needs nothing else. */
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { dataFolder, failWith, projectFolder } from "../config.ts";

/** Bundled modules of CommonJS ask for Node's own by this. */
const banner = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { outdir: { type: "string", default: join(dataFolder, "node") } } });
  const { outdir } = values;
  await import("./assets.ts");
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: {
      server: join(projectFolder, "src/node.ts"),
      // Found by the file that starts it, beside itself.
      "hash-thread": join(projectFolder, "src/platform/node/hash-thread.ts"),
    },
    absWorkingDir: projectFolder,
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    sourcemap: true,
    platform: "node",
    format: "esm",
    target: "node22",
    banner: { js: banner },
    // Parts of node-postgres for other places, which it loads only there.
    external: ["pg-native", "cloudflare:*"],
    logLevel: "warning",
  });
  await mkdir(join(outdir, "assets"), { recursive: true });
  await cp(join(projectFolder, ".plinth/assets"), join(outdir, "assets"), { recursive: true });
  console.log(`The server is in ${outdir}: node ${join(outdir, "server.mjs")}`);
}

await main().catch(failWith);
