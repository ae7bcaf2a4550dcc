/** The bundle that a deploy would upload, in workerd itself: no proxy in front, none to the database. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { freePort } from "../test/setup/port.ts";
import type { Closeables } from "./bench-tools.ts";
import { Problem, projectFolder } from "./config.ts";

const require = createRequire(import.meta.url);
const Workerd = z.object({ default: z.string() });

/** Starts the Worker with these bindings and answers its origin. */
export async function startWorker(open: Closeables, bindings: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "plinth-bench-"));
  open.push(() => rm(folder, { recursive: true, force: true }));
  await bundle(folder);
  const port = await freePort();
  const config = join(folder, "config.capnp");
  await writeFile(config, configuration(port, await compatibilityDate(), bindings), { mode: 0o600 });
  const binary = Workerd.parse(createRequire(require.resolve("miniflare"))("workerd")).default;
  // What the Worker logs is written, as in production, and read by nobody.
  const worker = spawn(binary, ["serve", config], { stdio: "ignore" });
  const ended = once(worker, "exit");
  // Interrupted, this process takes its runtime with it, which would wait for its connections on SIGTERM.
  process.once("exit", () => worker.kill("SIGKILL"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
  open.push(async () => {
    worker.kill("SIGKILL");
    await ended;
  });
  const origin = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${origin}/health`).catch(() => undefined))?.ok) {
    if (worker.exitCode !== null) throw new Problem("workerd did not start.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return origin;
}

async function bundle(folder: string): Promise<void> {
  const wrangler = join(dirname(require.resolve("wrangler/package.json")), "bin", "wrangler.js");
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false" };
  const command = [wrangler, "deploy", "--dry-run", "--env=", "--outdir", folder];
  await promisify(execFile)(process.execPath, command, { cwd: projectFolder, env });
}

async function compatibilityDate(): Promise<string> {
  const toml = await readFile(join(projectFolder, "wrangler.toml"), "utf8");
  const [, date] = /^compatibility_date = "([\d-]+)"/m.exec(toml) ?? [];
  if (date === undefined) throw new Problem("wrangler.toml names no compatibility_date.");
  return date;
}

/** Speaks what Workers' Cache API speaks, and keeps nothing. */
const emptyCache = `const statuses = { GET: 504, PUT: 204, PURGE: 404 };
export default {
  fetch: ({ method }) => new Response(null, { status: statuses[method], headers: { "CF-Cache-Status": "MISS" } }),
};`;

/** Cap'n Proto's text form, whose strings are JSON's. */
function configuration(port: number, date: string, bindings: Record<string, string>): string {
  const texts = Object.entries(bindings).map(
    ([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "index.js", esModule = embed "index.js")],
      compatibilityDate = "${date}",
      bindings = [${[...texts, '(name = "PASSWORD_HASHER", durableObjectNamespace = "PasswordHasher")'].join(", ")}],
      durableObjectNamespaces = [(className = "PasswordHasher", uniqueKey = "bench")],
      durableObjectStorage = (inMemory = void),
      cacheApiOutbound = "cache"
    )),
    (name = "cache", worker = (
      modules = [(name = "cache.js", esModule = ${JSON.stringify(emptyCache)})],
      compatibilityDate = "${date}"
    )),
    (name = "internet", network = (allow = ["public", "private"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
`;
}
