/** `npm run build:node [-- --outdir .plinth/node]`: bundles the server for Node, with its static files, into a folder that needs nothing else. */
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { CommandError, dataFolder, failWith, projectFolder } from "../config.ts";
import { shellWord } from "../terminal.ts";
import { readText } from "../text.ts";

/** Bundled modules of CommonJS ask for Node's own by this. */
const requiring = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
/** Stands before everything that an older Node fails at, without a word of the reason. */
const ofVersion = (least: string) =>
  `if (process.versions.node.localeCompare("${least}", undefined, { numeric: true }) < 0) { ` +
  `console.error("This server needs Node ${least} or newer, and this is " + process.versions.node + "."); process.exit(1); }`;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { outdir: { type: "string", default: join(dataFolder, "node") } } });
  const outdir = resolve(values.outdir);
  await refuseForeign(outdir);
  await import("./assets.ts");
  const { engines }: { engines: { node: string } } = JSON.parse(await readText(join(projectFolder, "package.json")));
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
    banner: { js: `${requiring} ${ofVersion(engines.node.replace(">=", ""))}` },
    // Parts of node-postgres for other places, which it loads only there.
    external: ["pg-native", "cloudflare:*"],
    logLevel: "warning",
  });
  await mkdir(join(outdir, "assets"), { recursive: true });
  await cp(join(projectFolder, ".plinth/assets"), join(outdir, "assets"), { recursive: true });
  console.log(`The server is in ${outdir}: node ${shellWord(join(outdir, "server.mjs"))}`);
}

/** Throws {@link CommandError} for a folder with anything but an earlier build, since a build begins by removing it. */
async function refuseForeign(outdir: string): Promise<void> {
  const found = await readdir(outdir).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw new CommandError(`--outdir ${outdir} is no folder that can be read (${error.code}).`);
  });
  if (found.length === 0 || found.includes("server.mjs")) return;
  throw new CommandError(`--outdir ${outdir} has other files, which a build would remove: name a folder of its own.`);
}

await main().catch(failWith);
