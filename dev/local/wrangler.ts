import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { Problem, projectFolder } from "../config.ts";

export type Wrangler = {
  /** Resolves when the Worker answers; rejects when its runtime ends before. */
  ready: Promise<void>;
  /** Resolves with the exit code when the Worker's runtime has ended, whatever ended it. */
  ended: Promise<number>;
  /** Ends it, and leaves none of its processes behind. */
  close(): Promise<void>;
};

type Options = {
  port: number;
  bindings: Record<string, string>;
  folder: string;
  /** Leaves out what the Worker logs. */
  quiet?: boolean;
};

/** Milliseconds that wrangler gets to end the runtime before its whole process group is killed. */
const patience = 5_000;

/** Runs `wrangler dev` with these bindings, reloaded at every change of the code. Shows the Worker's log and what is wrong with its code. */
export async function startWrangler({ port, bindings, folder, quiet }: Options): Promise<Wrangler> {
  const secrets = await requiredSecrets();
  const hidden = Object.entries(bindings).filter(([name]) => secrets.includes(name));
  const plain = Object.entries(bindings).filter(([name]) => !secrets.includes(name));
  const envFile = join(folder, "worker.env");
  await writeFile(
    envFile,
    hidden.map(([name, value]) => `${name}=${quoted(name, value)}\n`),
    { mode: 0o600 },
  );
  const child = spawn(process.execPath, commandLine(port, plain, folder, envFile), {
    cwd: projectFolder,
    // A group of its own: Ctrl-C reaches it through us only, and the whole of it can be killed.
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
    env: environment(Object.keys(bindings)),
  });
  const ended = once(child, "exit").then(([code]) => (typeof code === "number" ? code : 1));
  let isReady = false;
  const held: string[] = [];
  show(child.stdout, (line) => {
    if (!isReady) held.push(line);
    // The Worker logs its requests itself.
    else if (!quiet && !line.includes("[wrangler:info]")) console.log(line);
  });
  show(child.stderr, (line) => console.error(line));

  return {
    ready: Promise.race([answers(port, ended), ended.then(() => false)]).then((answered) => {
      if (!answered) throw new Problem(["The Worker did not start.", ...held].join("\n"));
      isReady = true;
    }),
    ended,
    async close() {
      const { pid } = child;
      if (pid === undefined) return;
      // wrangler ends its runtime on SIGTERM; on the terminal's own signals it may leave it behind.
      child.kill("SIGTERM");
      const bound = setTimeout(() => killGroup(pid), patience);
      await ended;
      clearTimeout(bound);
      killGroup(pid);
    },
  };
}

/** The names that wrangler.toml requires as secrets: wrangler takes nothing else from an env file. */
async function requiredSecrets(): Promise<string[]> {
  const toml = await readFile(join(projectFolder, "wrangler.toml"), "utf8");
  const [, names = ""] = /required\s*=\s*\[([^\]]*)\]/.exec(toml) ?? [];
  return [...names.matchAll(/\w+/g)].map(([name]) => name);
}

function commandLine(port: number, vars: [string, string][], folder: string, envFile: string): string[] {
  return [
    "--import",
    pathToFileURL(join(import.meta.dirname, "orphan.ts")).href,
    join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin", "wrangler.js"),
    "dev",
    "--env=",
    "--local",
    "--ip=127.0.0.1",
    `--port=${port}`,
    "--inspector-port=0",
    "--show-interactive-dev-session=false",
    // dev/local/server.ts does what the cron trigger does in production; wrangler warns that it would not.
    "--test-scheduled",
    `--persist-to=${join(folder, "worker")}`,
    // Secrets stay off the command line, which everybody can read.
    `--env-file=${envFile}`,
    ...vars.flatMap(([name, value]) => ["--var", `${name}:${value}`]),
  ];
}

/** Ours without the bindings, which would go before those in the file. */
function environment(names: string[]): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !names.includes(name) && name !== "WRANGLER_LOG");
  return {
    ...Object.fromEntries(inherited),
    // wrangler.toml's build command is `node …`: it must be this one.
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: "true",
    WRANGLER_SEND_METRICS: "false",
  };
}

/** A value in the env file's own syntax, in which wrangler replaces `$NAME`, even between single quotes. */
function quoted(name: string, value: string): string {
  const quote = ["'", "`", '"'].find((mark) => !value.includes(mark));
  if (quote === undefined || (quote === '"' && value.includes("\\"))) {
    throw new Problem(`${name} holds every kind of quotation mark: leave one out.`);
  }
  return `${quote}${value.replaceAll("$", "\\$")}${quote}`;
}

function show(stream: Readable, print: (line: string) => void): void {
  createInterface({ input: stream }).on("line", print);
}

async function answers(port: number, ended: Promise<unknown>): Promise<boolean> {
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  while (!hasEnded) {
    const response = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (response?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function killGroup(pid: number): void {
  try {
    if (process.platform === "win32") spawn("taskkill", ["/pid", String(pid), "/T", "/F"]);
    else process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of the group is left.
  }
}
