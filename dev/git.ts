import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** The output of git in the folder of a project; undefined if it fails, as outside of a repository. */
export async function git(project: string, ...args: string[]): Promise<string | undefined> {
  return promisify(execFile)("git", args, { cwd: project, maxBuffer: 2 ** 26 }).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}
