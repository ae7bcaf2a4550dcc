/** The Worker of `npm run dev`, in a process of its own, reloaded at every change of the code. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { CommandError, projectFolder } from "../../config.ts";
import { concerning } from "./noise.ts";
import type { News, Start } from "./process.ts";

export type RunningWorker = {
  /** Resolves when the Worker answers; rejects when it cannot be started. */
  ready: Promise<void>;
  /** Resolves with the exit code when the Worker's process has ended, whatever ended it. */
  ended: Promise<number>;
  /** Gives it other bindings, without a restart. */
  setBindings(bindings: Record<string, string>): void;
  /** Ends it, and leaves none of its processes behind. */
  close(): Promise<void>;
};

type Options = Omit<Start, "config" | "entry" | "persist"> & {
  folder: string;
  /** Hears each line that the Worker logs, its stacks in terms of the source. */
  onLog: (text: string, level: string) => void;
};

/** Milliseconds that it gets to end the runtime before its whole process group is killed. */
const patience = 5_000;

export function startWorker({ port, inspectorPort, bindings, folder, shape, onLog }: Options): RunningWorker {
  const child = fork(join(import.meta.dirname, shape ? "shape-process.ts" : "process.ts"), {
    cwd: projectFolder,
    // A group of its own: Ctrl-C reaches it through us only, and the whole of it can be killed.
    detached: process.platform !== "win32",
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: environment(),
  });
  const ended = once(child, "exit").then(([code]) => (typeof code === "number" ? code : 1));
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) if (stream) show(stream, said);
  const ready = new Promise<void>((resolve, reject) => {
    child.on("message", (news: News) => {
      if (news.state === "logged") return onLog(news.text, news.level);
      if (news.state === "died") return console.error(diedMessage(news.how));
      // Broken code is served too, as a page with the reason.
      resolve();
    });
    void ended.then(() => reject(new CommandError(["The Worker did not start.", ...said].join("\n"))));
  });
  const persist = join(folder, "worker");
  const config = join(projectFolder, "wrangler.toml");
  const entry = join(import.meta.dirname, "dev-worker.ts");
  child.send({ config, entry, persist, port, inspectorPort, bindings, shape } satisfies Start);
  return {
    ready,
    ended,
    setBindings: (changed) => void child.send(changed),
    close: () => close(child, ended),
  };
}

function diedMessage(how: string): string {
  return `The Workers runtime ended by itself (${how}) and starts anew: requests in work broke off, caches and counters are empty.`;
}

async function close(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  if (child.connected) child.disconnect();
  const bound = setTimeout(() => killGroup(pid), patience);
  await ended;
  clearTimeout(bound);
  killGroup(pid);
}

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // wrangler.toml's build command is `node …`: it must be this one.
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    // Keeps .env files from the Worker.
    CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: "false",
    WRANGLER_LOG: "error",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_WRITE_LOGS: "false",
  };
}

/** Prints what wrangler says that concerns the developer, and keeps it for a start that fails. */
function show(stream: Readable, said: string[]): void {
  createInterface({ input: stream }).on("line", (line) => {
    const text = concerning(line);
    if (text === undefined) return;
    said.push(text);
    console.error(text);
  });
}

function killGroup(pid: number): void {
  try {
    if (process.platform === "win32") spawn("taskkill", ["/pid", String(pid), "/T", "/F"]);
    else process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of the group is left.
  }
}
