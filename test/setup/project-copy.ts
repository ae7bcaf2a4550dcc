import { execFile } from "node:child_process";
import { chmod, cp, mkdir, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const project = join(import.meta.dirname, "../..");

/** Copies what git knows or would take into `folder`, with our packages, as a repository of its own with one commit. */
export async function copyProject(folder: string): Promise<void> {
  const listed = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: project });
  await mkdir(folder, { recursive: true });
  // Temporary folders are closed to others: root's PostgreSQL would keep its data outside, where it would stay.
  for (const path of [dirname(folder), folder]) if (path !== tmpdir()) await chmod(path, 0o755);
  for (const file of listed.stdout.split("\0").filter((name) => name !== "")) {
    await cp(join(project, file), join(folder, file)).catch((error) => {
      // In the index, but deleted since.
      if (error.code !== "ENOENT") throw error;
    });
  }
  for (const packages of ["node_modules", "client/node_modules"]) {
    await symlink(join(project, packages), join(folder, packages), "junction");
  }
  await run(process.execPath, ["dev/build/assets.ts"], { cwd: folder });
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: folder });
  await git("init", "--quiet");
  await git("add", "--all");
  await git("commit", "--quiet", "--message=as it was");
}

/** The environment of a person's shell: nothing of what the test runner set for itself. */
export function plainEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(VITEST|NODE_OPTIONS|NODE_ENV|WRANGLER_|TEST$|DEV$|PROD$|npm_)/.test(entry[0]),
  );
  return { ...Object.fromEntries(own), NO_COLOR: "1", CI: "1", WRANGLER_SEND_METRICS: "false" };
}

/** Runs a script of a copy there; answers what it printed, or why it failed. */
export async function nodeIn(
  copy: string,
  script: string,
  ...args: string[]
): Promise<{ code: number; output: string }> {
  const options = { cwd: copy, env: plainEnvironment(), maxBuffer: 2 ** 24 };
  try {
    const { stdout, stderr } = await run(process.execPath, [script, ...args], options);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code = 1, stdout = "", stderr = "" } = error as { code?: number; stdout?: string; stderr?: string };
    return { code, output: stdout + stderr };
  }
}
