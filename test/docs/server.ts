import { spawn } from "node:child_process";
import { once } from "node:events";
import { vi } from "vitest";
import { plainEnvironment } from "../setup/project-copy.ts";

export type Server = {
  /** Takes the addresses that the pages name for those of this server. */
  located(code: string): string;
  /** Runs `edit`, and resolves when the Worker runs what it wrote. */
  reloaded(edit: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
};

/** Longer than a first start takes on a busy machine. */
const patience = 240_000;

/** Runs `npm run dev` in `cwd`. */
export async function startServer(cwd: string, port: number): Promise<Server> {
  const child = spawn(process.execPath, ["dev/local/server.ts"], {
    cwd,
    env: { ...plainEnvironment(), PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  const ended = once(child, "close");
  const failed = ended.then(() => Promise.reject(new Error(`npm run dev ended:\n${output}`)));
  failed.catch(() => {});
  const banner = () => /API +(\S+)\n[\s\S]*Mailbox +(\S+)\n[\s\S]*Ctrl-C/.exec(output);
  const [, api = "", mailbox = ""] = await Promise.race([vi.waitUntil(banner, { timeout: patience }), failed]);
  const reloads = () => output.split("server updated").length;

  return {
    located: (code) => code.replaceAll("http://localhost:8787", api).replaceAll("http://localhost:8788", mailbox),
    async reloaded(edit) {
      const before = reloads();
      await edit();
      await Promise.race([vi.waitUntil(() => reloads() > before, { timeout: patience }), failed]);
    },
    async close() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
