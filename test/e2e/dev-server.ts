import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { freePort } from "../../dev/local/port.ts";

/** The server of `npm run dev` on an empty database: where it answers, and its first admin. */
export interface DevServer {
  url: string;
  email: string;
  password: string;
  /** All that it has printed. */
  output(): string;
  stop(): Promise<void>;
}

/** Milliseconds: the first start makes a database and bundles the Worker. */
const startTimeout = 300_000;

/** Starts the developer's server and resolves when it has printed where it is and who its admin is. */
export async function startDevServer(settings: Record<string, string> = {}): Promise<DevServer> {
  const data = await mkdtemp(join(tmpdir(), "plinth-e2e-"));
  const { DATABASE_URL: _, ...inherited } = process.env;
  const server = spawn(process.execPath, [join(import.meta.dirname, "../../dev/local/server.ts")], {
    env: {
      ...inherited,
      ...settings,
      // Set by npm; the server then ends with the process that started it, however that ends.
      npm_lifecycle_event: "dev",
      PLINTH_DATA: data,
      PORT: String(await freePort()),
      // Two servers that start at once would find the same one free.
      INSPECTOR_PORT: String(await freePort()),
      NO_COLOR: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(server, "close");
  const stop = async () => {
    server.kill();
    await ended;
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  };
  let output = "";
  const banner = new Promise<Pick<DevServer, "url" | "email" | "password">>((resolve) => {
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
        const [url, email, password] = ["API", "Admin", "Password"].map(
          (label) => new RegExp(`^ +${label} +(\\S+)\n`, "m").exec(output)?.[1],
        );
        if (url && email && password) resolve({ url, email, password });
      });
    }
  });
  const failure = Promise.race([
    ended.then(() => "ended"),
    setTimeout(startTimeout, "took too long", { ref: false }),
  ]).then((reason) => Promise.reject(new Error(`npm run dev ${reason}:\n${output}`)));
  try {
    return { ...(await Promise.race([banner, failure])), output: () => output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
