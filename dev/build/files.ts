import { copyFile, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { CommandError, projectFolder } from "../config.ts";

type Source = {
  from: string;
  /** The folder within the copy; by default its root. */
  to?: string;
  /** Paths below `from`; by default all. */
  names?: readonly string[];
};

/** Makes a folder hold copies of these files, and no others but `_headers`. Writes only changes. */
export async function mirror(folder: string, sources: readonly Source[]): Promise<void> {
  const wanted = new Map<string, string>();
  for (const { from, to = "", names } of sources) {
    for (const name of names ?? (await filesIn(from))) wanted.set(join(to, name), join(from, name));
  }
  const surplus = (await filesIn(folder)).filter((path) => path !== "_headers" && !wanted.has(path));
  await Promise.all(surplus.map((path) => rm(join(folder, path), { force: true })));
  await Promise.all([...wanted].map(([path, original]) => copyChanged(original, join(folder, path))));
}

export async function writeChanged(path: string, text: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => "")) === text) return;
  await replace(path, (draft) => writeFile(draft, text));
}

/** The paths of all files below a folder, which may be missing. Leaves out hidden ones. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return paths.map((path) => relative(folder, path)).filter((path) => !/(^|[\\/])\./.test(path));
}

async function copyChanged(from: string, to: string): Promise<void> {
  const [original, copy] = await Promise.all([stat(from), stat(to).catch(() => undefined)]);
  // A copy gets its time in milliseconds, and a file system may keep more of the original's.
  const isSame = copy?.size === original.size && Math.abs(copy.mtimeMs - original.mtimeMs) < 1;
  if (isSame) return;
  await replace(to, async (draft) => {
    await copyFile(from, draft);
    await utimes(draft, original.atime, original.mtime);
  });
}

const drafts = join(projectFolder, ".plinth");
/** Milliseconds after which no command works at its draft any more. */
const longest = 3_600_000;

/** Removes the drafts of commands that were killed. */
export async function sweepDrafts(): Promise<void> {
  const names = (await readdir(drafts).catch(() => [])).filter((name) => /^asset-\d+-\w+$/.test(name));
  for (const draft of names.map((name) => join(drafts, name))) {
    // A draft has the other times of what it copies.
    const since = (await stat(draft).catch(() => undefined))?.ctimeMs;
    if (since !== undefined && Date.now() - since > longest) await rm(draft, { force: true });
  }
}

/** Renames a finished file into place, so that neither a parallel start nor the server sees half of one. */
async function replace(path: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = join(drafts, `asset-${process.pid}-${Math.random().toString(36).slice(2)}`);
  try {
    await Promise.all([mkdir(drafts, { recursive: true }), mkdir(dirname(path), { recursive: true })]);
    await write(draft);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    if (!isRefused(error)) throw error;
    if (error.code === "ENOSPC")
      throw new CommandError(`The disk is full: ${path} cannot be written. Make room first.`);
    throw new CommandError(
      `${path} is missing or not up to date, and cannot be written (${error.code}). Make it as a user who may: npm run prepare.`,
    );
  }
}

/** True for an error of a place that cannot be written to. */
function isRefused(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && /^(EACCES|EPERM|EROFS|ENOSPC)$/.test(String(error.code));
}
