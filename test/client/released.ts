import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { lastRelease } from "../../dev/commands/contract.ts";
import { openapiFile } from "../../dev/commands/openapi.ts";
import { git } from "../../dev/git.ts";

/** The commit with the client of the last release; the newest commit while there is no release. */
export async function releasedRef(project: string): Promise<string> {
  return (await lastRelease(project, await readFile(join(project, openapiFile), "utf8"))) ?? "HEAD";
}

/** Writes the client's sources, as they were at this commit, into `folder`. */
export async function checkOutClient(project: string, ref: string, folder: string): Promise<void> {
  const listed = await git(project, "ls-tree", "-r", "--name-only", ref, "client/src/");
  const files = listed?.split("\n").filter((name) => name !== "") ?? [];
  if (files.length === 0) throw new Error(`${ref} has no client.`);
  for (const file of files) {
    const place = join(folder, file.replace("client/src/", ""));
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, (await git(project, "show", `${ref}:${file}`)) ?? "");
  }
}

/** The client whose sources are in `folder`, bundled as a front end bundles it, with this project's openapi-fetch. */
export async function loadClient(project: string, folder: string, out: string): Promise<Client> {
  const entryPoints = [join(folder, "index.ts")];
  await build({ entryPoints, outfile: out, bundle: true, format: "esm", nodePaths: [join(project, "node_modules")] });
  return import(/* @vite-ignore */ pathToFileURL(out).href);
}

/** Everything that the client exports. */
export type Client = typeof import("../../client/src/index.ts");
