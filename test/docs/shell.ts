import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { plainEnvironment } from "../setup/project-copy.ts";

export type Call = { status: number; method: string; url: string };
export type Ran = { output: string; calls: Call[] };

export type Shell = {
  /** Runs commands where the last ones left off. Rejects at the first that fails. */
  run(code: string): Promise<Ran>;
  close(): Promise<void>;
};

/** A shell as a reader has it open while following a page, in `cwd`; it writes down what each `curl` was answered. */
export async function openShell(cwd: string, scratch: string): Promise<Shell> {
  const bin = join(scratch, "bin");
  await mkdir(bin, { recursive: true });
  const { PATH = "", ...environment } = plainEnvironment();
  const curl = `#!/bin/sh\nPATH=$PLAIN_PATH exec curl -w '%{stdout}\\n%{stderr}\\n@called %{http_code} %{method} %{url_effective}\\n' "$@"\n`;
  await writeFile(join(bin, "curl"), curl);
  await chmod(join(bin, "curl"), 0o755);
  const env = { ...environment, PLAIN_PATH: PATH, PATH: bin + delimiter + PATH };
  const bash = spawn("bash", ["-e"], { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  const ended = once(bash, "close");
  // A shell that a failing command has ended takes no more.
  bash.stdin.on("error", () => {});

  async function run(code: string): Promise<Ran> {
    const file = join(scratch, "block.sh");
    await writeFile(file, `${code}\n`);
    bash.stdin.write(`. ${file} < /dev/null\necho; echo @end; { echo; echo @end; } >&2\n`);
    const [output, errors] = await Promise.all([untilEnd(bash.stdout), untilEnd(bash.stderr)]);
    const calls = errors.lines.flatMap((line) => {
      const [, status, method = "", url = ""] = /^@called (\d+) (\S+) (.*)$/.exec(line) ?? [];
      return status === undefined ? [] : [{ status: Number(status), method, url }];
    });
    if (!output.isWhole) throw new Error(["A command failed.", ...output.lines, ...errors.lines].join("\n"));
    return { output: output.lines.join("\n").trim(), calls };
  }

  return {
    run,
    async close() {
      bash.stdin.end();
      await ended;
    },
  };
}

/** The lines up to `@end`; without it, the shell has ended. */
async function untilEnd(stream: NodeJS.ReadableStream): Promise<{ lines: string[]; isWhole: boolean }> {
  const reader = createInterface({ input: stream });
  const lines: string[] = [];
  for await (const line of reader) {
    if (line === "@end") {
      reader.close();
      return { lines, isWhole: true };
    }
    lines.push(line);
  }
  return { lines, isWhole: false };
}
