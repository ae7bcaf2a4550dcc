import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CommandError } from "./config.ts";
import { shellWord } from "./terminal.ts";

/**
 * The output of git in the folder of a project; undefined if it fails, as outside of a repository. Throws
 * {@link CommandError} where git tells nothing of a repository, since somebody else owns it.
 */
export async function git(project: string, ...args: string[]): Promise<string | undefined> {
  const options = { cwd: project, maxBuffer: 2 ** 26, env: { ...process.env, LC_ALL: "C" } };
  return promisify(execFile)("git", args, options).then(
    ({ stdout }) => stdout,
    ({ stderr }: { stderr?: string }) => {
      if (!stderr?.includes("dubious ownership")) return undefined;
      throw new CommandError(
        `Another user owns ${project}, so git says nothing of it. If you trust it: git config --global --add safe.directory ${shellWord(project)}`,
      );
    },
  );
}
