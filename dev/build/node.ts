/** `npm run build:node [-- --outdir .plinth/node]`: bundles the server for Node, with its static files, into a folder that needs nothing else. */
import { cp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
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
  // Beside it, so that a name is all that changes in the end: a build that fails leaves the earlier one.
  const draft = join(dirname(outdir), `.${basename(outdir)}.plinth-draft`);
  await rm(draft, { recursive: true, force: true });
  await import("./assets.ts");
  try {
    await buildInto(draft);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!/ENOSPC|no space left/.test(String(error))) throw error;
    throw new CommandError(`The disk of ${outdir} is full. Nothing of it was changed: make room, and run it again.`);
  }
  await rm(outdir, { recursive: true, force: true });
  await rename(draft, outdir);
  console.log(`The server is in ${outdir}: node ${shellWord(join(outdir, "server.mjs"))}`);
}

async function buildInto(outdir: string): Promise<void> {
  const { engines }: { engines: { node: string } } = JSON.parse(await readText(join(projectFolder, "package.json")));
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
  await cp(join(projectFolder, ".plinth/assets"), join(outdir, "assets"), { recursive: true });
}

/** The names of a build, all of which it makes. */
const made = ["assets", "hash-thread.mjs", "hash-thread.mjs.map", "server.mjs", "server.mjs.map"];

/** Throws {@link CommandError} for a folder with anything but an earlier build, which a build replaces. */
async function refuseForeign(outdir: string): Promise<void> {
  const found = await readdir(outdir).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw new CommandError(`--outdir ${outdir} is no folder that can be read (${error.code}).`);
  });
  if (found.length === 0 || found.toSorted().join() === made.join()) return;
  throw new CommandError(`--outdir ${outdir} has other files, which a build would remove: name a folder of its own.`);
}

await main().catch(failWith);
