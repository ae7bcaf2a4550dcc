/**
 * Makes the files that the Worker needs and git lacks: the documentation page, in the folder of static assets of
 * `wrangler.toml`, and the list of common passwords. Writes only changes.
 */
import { copyFile, mkdir, readFile, rename, stat, utimes, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import "./common-passwords.ts";
import { projectFolder } from "../config.ts";

const files = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png", "LICENSE", "NOTICE"];

const headers = `/*
  X-Content-Type-Options: nosniff
  Cache-Control: public, max-age=86400
`;

const source = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
const assets = join(projectFolder, ".plinth", "assets");
const target = join(assets, "docs-assets");

await mkdir(target, { recursive: true });
await Promise.all(files.map((file) => copyChanged(join(source, file), join(target, file))));
const headersFile = join(assets, "_headers");
if ((await readFile(headersFile, "utf8").catch(() => "")) !== headers) {
  await replace(headersFile, (draft) => writeFile(draft, headers));
}

async function copyChanged(from: string, to: string): Promise<void> {
  const [original, copy] = await Promise.all([stat(from), stat(to).catch(() => undefined)]);
  if (copy?.size === original.size && copy.mtimeMs === original.mtimeMs) return;
  await replace(to, async (draft) => {
    await copyFile(from, draft);
    await utimes(draft, original.atime, original.mtime);
  });
}

/** Renames a finished file into place, so that neither a parallel start nor the server sees half of one. */
async function replace(path: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = join(assets, `..`, `asset-${process.pid}-${Math.random().toString(36).slice(2)}`);
  await write(draft);
  await rename(draft, path);
}
