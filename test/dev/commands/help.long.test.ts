import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const project = join(import.meta.dirname, "../../..");
const Package = z.object({ scripts: z.record(z.string(), z.string()) });
const { scripts } = Package.parse(JSON.parse(await readFile(join(project, "package.json"), "utf8")));
const commands = Object.entries(scripts).flatMap(([name, script]) => {
  const [, file] = /^node (dev\/\S+\.ts)$/.exec(script) ?? [];
  return file === undefined ? [] : [{ name, file }];
});

describe("a command that is asked for --help", () => {
  it("is found in package.json", () => {
    expect(commands.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["dev", "db:reset", "ship", "users:import"]),
    );
  });

  it.concurrent.for(commands)("says what it is for, and its options: $name", async ({ file }, { expect }) => {
    // Without an environment it could reach nothing but what is kept on this machine.
    const running = promisify(execFile)(process.execPath, [file, "--help"], { cwd: project, env: {} });
    const { stdout } = await running;
    expect(stdout).toMatch(/^npm run [\w:]+/);
    const source = await readFile(join(project, file), "utf8");
    const options = source.matchAll(/"?\b(?!help)([\w-]+)"?: \{ type: "(?:boolean|string)"/g);
    for (const [, option] of options) expect(stdout, `--${option}`).toMatch(new RegExp(`--${option}\\b`));
  });
});
