import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { runGrouped } from "../../../dev/ship/group.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "plinth-group-"));
});
afterAll(() => rm(cwd, { recursive: true }));

async function scriptOf(code: string): Promise<string> {
  const script = join(cwd, "script.mjs");
  await writeFile(script, code);
  return script;
}

it("answers the code and the words of a script", async () => {
  const script = await scriptOf(`console.log("out", process.argv[2]); console.error("err"); process.exitCode = 3;`);
  const { code, said } = await runGrouped(script, ["given"], { cwd });
  expect(code).toBe(3);
  expect(said.split("\n").toSorted()).toStrictEqual(["", "err", "out given"]);
});

it.each([
  ["SIGTERM", ""],
  ["nothing less than SIGKILL", "process.on('SIGTERM', () => {});"],
])("ends all that a script has started, where that takes %s", async (_, deaf) => {
  const below = `${deaf} setInterval(() => {}, 1000); require('node:fs').writeFileSync('begun', 'begun');`;
  const script = await scriptOf(`
    import { spawn } from "node:child_process";
    spawn(process.execPath, ["-e", ${JSON.stringify(below)}], { stdio: "inherit" });`);
  const stopping = new AbortController();
  const running = runGrouped(script, [], { cwd, stop: stopping.signal });
  const begun = join(cwd, "begun");
  await vi.waitUntil(() => readFile(begun, "utf8").catch(() => ""));
  stopping.abort(new Error("ended by SIGTERM"));
  // Its output, which the process below it has inherited, closes only when that one is gone, too.
  await expect(running).rejects.toThrow("ended by SIGTERM");
  await rm(begun);
});

it("starts nothing for a command that has ended", async () => {
  const stop = AbortSignal.abort(new Error("ended by SIGINT"));
  await expect(runGrouped(join(cwd, "none.mjs"), [], { cwd, stop })).rejects.toThrow("ended by SIGINT");
});
