import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Problem, projectFolder } from "./config.ts";

export type Wrangler = {
  /** Resolves with the exit code when the Worker's runtime has ended, whatever ended it. */
  ended: Promise<number>;
  stop(): Promise<void>;
};

type Options = { port: number; bindings: Record<string, string>; folder: string };

const secrets = ["DATABASE_URL", "SECRET_KEY"];

/** Milliseconds that wrangler gets to end the runtime before its whole process group is killed. */
const patience = 5_000;

/**
 * Runs `wrangler dev` with these bindings and live reload. The secrets go through a file that only this user can read:
 * a command line is everybody's to see. Its own output is shown only where it tells of the developer's code.
 */
export async function startWrangler({ port, bindings, folder }: Options): Promise<Wrangler> {
  const envFile = join(folder, "worker.env");
  const entries = Object.entries(bindings);
  const lines = entries.filter(([name]) => secrets.includes(name)).map(([name, value]) => `${name}=${quoted(value)}\n`);
  await writeFile(envFile, lines, { mode: 0o600 });
  const vars = entries
    .filter(([name]) => !secrets.includes(name))
    .flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  const binary = join(createRequire(import.meta.url).resolve("wrangler/package.json"), "..", "bin", "wrangler.js");
  const child = spawn(
    process.execPath,
    [
      binary,
      "dev",
      "--env=",
      "--local",
      "--live-reload",
      "--ip=127.0.0.1",
      `--port=${port}`,
      "--inspector-port=0",
      "--show-interactive-dev-session=false",
      `--persist-to=${join(folder, "worker")}`,
      `--env-file=${envFile}`,
      ...vars,
    ],
    {
      cwd: projectFolder,
      // A group of its own, so that Ctrl-C reaches it through us only, and nothing of it can stay behind.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false" },
    },
  );
  const output = holdOutput(child);
  const ended = once(child, "exit").then(([code]) => (typeof code === "number" ? code : 1));
  if (!(await Promise.race([answers(port), ended.then(() => false)]))) {
    throw new Problem(`The Worker did not start:\n\n${output.held.join("\n")}`);
  }
  output.release();
  return { ended, stop: () => stop(child, ended) };
}

/** Holds back what wrangler says while it starts; once released, shows what it and the Worker say from then on. */
function holdOutput(child: ChildProcess): { held: string[]; release: () => void } {
  const held: string[] = [];
  let isReleased = false;
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on("line", (line) => {
      if (!isReleased) held.push(line);
      // The Worker logs its requests itself.
      else if (!line.includes("[wrangler:info]")) console.log(line);
    });
  }
  return {
    held,
    release: () => {
      isReleased = true;
    },
  };
}

async function answers(port: number): Promise<true> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (response?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  // wrangler ends its runtime on SIGTERM; on the terminal's own signals it may leave it behind.
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  const bound = setTimeout(() => killGroup(pid), patience);
  await ended;
  clearTimeout(bound);
  killGroup(pid);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of the group is left.
  }
}

function quoted(value: string): string {
  const quote = ["'", '"', "`"].find((mark) => !value.includes(mark));
  return quote === undefined ? value : `${quote}${value}${quote}`;
}
