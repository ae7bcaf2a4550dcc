/**
 * Makes the files that the Worker needs and git lacks: in the folder of static assets of `wrangler.toml` the
 * documentation page, a copy of `static/` and the front end, and the list of common passwords. Writes only changes.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import "./common-passwords.ts";
import { CommandError, failWith, frontEndFolder, projectFolder } from "../config.ts";
import { readTextIfAny } from "../text.ts";
import { filesIn, mirror, sweepDrafts, writeChanged } from "./files.ts";

/** A name under `static/immutable/` has a hash of the content, of eight characters or more: `app.3f9c1b2a.js`. */
const hashed = /[.-](?=[\w-]*[\dA-Z])[\w-]{8,}(\.\w+)+$/;

const headers = `/*
  X-Content-Type-Options: nosniff
/docs-assets/*
  Cache-Control: public, max-age=86400
/static/*
  Cache-Control: public, max-age=0, must-revalidate
/static/immutable/*
  ! Cache-Control
  Cache-Control: public, max-age=31536000, immutable
`;

const assets = join(projectFolder, ".plinth", "assets");
const page = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png", "LICENSE", "NOTICE"];
const source = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

async function main(): Promise<void> {
  await sweepDrafts();
  const own = join(projectFolder, "static");
  const unhashed = (await filesIn(join(own, "immutable"))).filter((name) => !hashed.test(name));
  if (unhashed.length > 0) {
    throw new CommandError(
      `Browsers keep static/immutable/ for a year: put a hash of the content into the name of ${unhashed.join(", ")}.`,
    );
  }
  const frontEnd = await frontEndFiles();
  await mirror(assets, [
    ...frontEnd.sources,
    { from: source, to: "docs-assets", names: page },
    { from: own, to: "static" },
  ]);
  await writeChanged(join(assets, "_headers"), headers + frontEnd.headers);
}

/** A front end is at the root, each of its pages a file: any other path reaches the Worker. */
async function frontEndFiles() {
  const folder = frontEndFolder;
  if (folder === undefined) return { sources: [], headers: "" };
  const files = await filesIn(folder);
  if (process.env.FRONT_END && !files.includes("index.html")) {
    throw new CommandError(`FRONT_END names ${folder}, which has no index.html: build the front end first.`);
  }
  const taken = files.filter((name) => /^(api|docs-assets|static)([\\/.]|$)|^(health|version)\b/.test(name));
  if (taken.length > 0)
    throw new CommandError(`These paths are the API's, and cannot be the front end's: ${taken.join(", ")}.`);
  const names = files.filter((name) => name !== "_headers");
  return { sources: [{ from: folder, names }], headers: await readTextIfAny(join(folder, "_headers")) };
}

await main().catch(failWith);
