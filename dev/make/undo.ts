/**
 * Records what `npm run new` writes, as a patch in `.plinth/made/`, and takes it back. Git refuses to take back a patch
 * where its lines have changed since.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { CommandError, projectFolder } from "../config.ts";
import { readText } from "../text.ts";

/** The texts of files before a command; undefined for one that was not there. */
export type Before = ReadonlyMap<string, string | undefined>;

const recordOf = (what: string) => join(projectFolder, ".plinth/made", `${what.replaceAll(/[^a-z0-9-]/g, "_")}.patch`);

/** Records the changes of these files since then. */
export async function record(what: string, before: Before): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "plinth-made-"));
  try {
    for (const [file, text] of before) {
      const [old, now] = [join(folder, "old", file), join(folder, "now", file)];
      for (const path of [old, now]) await mkdir(dirname(path), { recursive: true });
      if (text !== undefined) await writeFile(old, text);
      await cp(join(projectFolder, file), now);
    }
    const patch = await git(folder, "diff", "--no-index", "--no-color", "--no-ext-diff", "--no-prefix", "old", "now");
    await mkdir(dirname(recordOf(what)), { recursive: true });
    await writeFile(recordOf(what), patch.stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Takes back what was made. Throws {@link CommandError} if it was not made here, or was changed since: then all stays. */
export async function takeBack(what: string): Promise<void> {
  const patch = recordOf(what);
  const { code, stderr } = await git(projectFolder, "apply", "--reverse", "--whitespace=nowarn", patch);
  if (code !== 0) {
    const changed = [...new Set([...stderr.matchAll(/^error: (?!patch failed)(.+?): .*$/gm)].map(([, file]) => file))];
    if (stderr.includes("can't open patch"))
      throw new CommandError(`"${what}" was not made in this folder, or was undone.`);
    const later = await madeLater(patch, changed);
    const first =
      later.length > 0 ? `\nMade later, in the same files: ${later.join(", ")}. Undo these first, in this order.` : "";
    throw new CommandError(`Changed since it was made, so that nothing was undone:\n  ${changed.join("\n  ")}${first}`);
  }
  await rm(patch);
}

/** Names everything made after this record that changed one of these files, the last first. */
async function madeLater(patch: string, files: readonly (string | undefined)[]): Promise<string[]> {
  const folder = dirname(patch);
  const { mtimeMs: since } = await stat(patch);
  const found: { what: string; at: number }[] = [];
  for (const name of await readdir(folder)) {
    const [{ mtimeMs: at }, text] = [await stat(join(folder, name)), await readText(join(folder, name))];
    const what = basename(name, ".patch").replace("_", " ").replaceAll("_", "/");
    if (at > since && files.some((file) => text.includes(`\n+++ now/${file}`))) found.push({ what, at });
  }
  return found.toSorted((one, other) => other.at - one.at).map(({ what }) => what);
}

/** Runs git as if the folder were in no repository, so that paths are those of the folder. */
async function git(cwd: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(cwd), LC_ALL: "C" };
  const options = { cwd, env, maxBuffer: 100_000_000 };
  return promisify(execFile)("git", ["-c", "core.autocrlf=false", ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout = "", stderr = "" }) => ({ code: Number(code), stdout, stderr }),
  );
}
