/**
 * Makes the files that the Worker needs and git lacks: in the folder of static assets of `wrangler.toml` the
 * documentation page and a copy of `static/`, and the list of common passwords. Writes only changes.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import "./common-passwords.ts";
import { failWith, Problem, projectFolder } from "../config.ts";
import { filesIn, mirror, writeChanged } from "./files.ts";

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
  const own = join(projectFolder, "static");
  const unhashed = (await filesIn(join(own, "immutable"))).filter((name) => !hashed.test(name));
  if (unhashed.length > 0) {
    throw new Problem(
      `Browsers keep static/immutable/ for a year: put a hash of the content into the name of ${unhashed.join(", ")}.`,
    );
  }
  await mirror(source, join(assets, "docs-assets"), page);
  await mirror(own, join(assets, "static"));
  await writeChanged(join(assets, "_headers"), headers);
}

await main().catch(failWith);
