import { spawn } from "node:child_process";
import { once } from "node:events";
import { vi } from "vitest";
import { freePort } from "../../dev/local/port.ts";
import { plainEnvironment } from "../setup/project-copy.ts";

export type Server = {
  /** Takes the addresses that the pages name for those of this server. */
  located(code: string): string;
  /** Runs `edit`, which changes the list of endpoints, and resolves when the Worker serves the new list. */
  reloaded(edit: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
};

/** Longer than a first start takes on a busy machine. */
const patience = 240_000;

/** Runs `npm run dev` in `cwd`. */
export async function startServer(cwd: string, port: number): Promise<Server> {
  const child = spawn(process.execPath, ["dev/local/server.ts"], {
    cwd,
    env: { ...plainEnvironment(), PORT: String(port), INSPECTOR_PORT: String(await freePort()) },
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
  const close = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  const started = Promise.race([vi.waitUntil(banner, { timeout: patience }), failed]);
  const [, api = "", mailbox = ""] = await started.catch(async (error) => {
    await close();
    throw error;
  });
  const document = () =>
    fetch(`${api}/api/v1/openapi.json`).then(
      (answer) => answer.text(),
      () => "",
    );

  return {
    located: (code) => code.replaceAll("http://localhost:8787", api).replaceAll("http://localhost:8788", mailbox),
    async reloaded(edit) {
      const before = await document();
      await edit();
      const isNew = async () => {
        const now = await document();
        return now.startsWith('{"openapi"') && now !== before;
      };
      await Promise.race([vi.waitUntil(isNew, { timeout: patience, interval: 200 }), failed]);
    },
    close,
  };
}
