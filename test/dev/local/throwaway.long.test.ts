import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { commandOf, processesIn } from "../../../dev/local/processes.ts";
import { plainEnvironment } from "../../setup/project-copy.ts";

const project = join(import.meta.dirname, "../../..");

it("a run of tests that is killed leaves no process and no file behind", async () => {
  // Elsewhere nobody is told the environment of a process.
  if (process.platform !== "linux") return;
  const base = await mkdtemp(join(tmpdir(), "plinth-killed-"));
  // Opens the folder, because PostgreSQL runs as another user under root.
  await chmod(base, 0o755);
  const args = ["run", "--project=worker", "--coverage.enabled=false", "test/http/accept.test.ts"];
  const run = spawn(process.execPath, ["node_modules/vitest/vitest.mjs", ...args], {
    cwd: project,
    env: { ...plainEnvironment(), TMPDIR: base },
    stdio: "ignore",
  });
  const ended = once(run, "exit");
  const left = async () => {
    const folders = (await readdir(base)).filter((name) => name.startsWith("plinth-run-"));
    return (await Promise.all(folders.map((name) => processesIn(join(base, name))))).flat();
  };
  await vi.waitFor(
    async () => {
      const commands = await Promise.all((await left()).map(commandOf));
      expect(commands.some((command) => command.includes("workerd"))).toBe(true);
      expect((await readdir(base)).some((name) => name.startsWith("plinth-postgres-"))).toBe(true);
    },
    { timeout: 240_000, interval: 20 },
  );
  run.kill("SIGKILL");
  await ended;
  await vi.waitFor(
    async () => {
      expect(await left()).toStrictEqual([]);
      expect(await processesIn(base)).toStrictEqual([]);
      expect(await readdir(base)).toStrictEqual([]);
    },
    { timeout: 60_000, interval: 100 },
  );
  await rm(base, { recursive: true });
}, 360_000);
