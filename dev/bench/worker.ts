/** The bundle that a deploy would upload, in workerd itself: no proxy in front, none to the database. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import type { Closeables } from "../closing.ts";
import { CommandError, projectFolder } from "../config.ts";
import { freePort } from "../local/port.ts";
import { readText } from "../text.ts";

const require = createRequire(import.meta.url);
const Workerd = z.object({ default: z.string() });

/** Starts the Worker, or the one of another entry file, with these bindings and answers its origin. */
export async function startBenchWorker(
  open: Closeables,
  bindings: Record<string, string>,
  { entry = "src/index.ts", inspectorPort }: { entry?: string; inspectorPort?: number } = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "plinth-bench-"));
  open.push(() => rm(folder, { recursive: true, force: true }));
  await bundle(folder, entry);
  const port = await freePort();
  const config = join(folder, "config.capnp");
  await writeFile(config, configuration(port, await compatibilityDate(), bindings), { mode: 0o600 });
  const binary = Workerd.parse(createRequire(require.resolve("miniflare"))("workerd")).default;
  // The Worker writes its log, as in production, and nobody reads it.
  const inspector = inspectorPort === undefined ? [] : [`--inspector-addr=127.0.0.1:${inspectorPort}`];
  const worker = spawn(binary, ["serve", config, ...inspector], { stdio: "ignore" });
  const ended = once(worker, "exit");
  // Takes the runtime along on an interrupt: on SIGTERM it would wait for its connections.
  process.once("exit", () => worker.kill("SIGKILL"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
  open.push(async () => {
    worker.kill("SIGKILL");
    await ended;
  });
  const origin = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${origin}/health`).catch(() => undefined))?.ok) {
    if (worker.exitCode !== null) throw new CommandError("workerd did not start.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return origin;
}

async function bundle(folder: string, entry: string): Promise<void> {
  const wrangler = join(dirname(require.resolve("wrangler/package.json")), "bin", "wrangler.js");
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false" };
  const command = [wrangler, "deploy", join(projectFolder, entry), "--dry-run", "--env=production", "--outdir", folder];
  await promisify(execFile)(process.execPath, command, { cwd: projectFolder, env });
  await rename(join(folder, `${basename(entry, ".ts")}.js`), join(folder, "worker.js"));
}

async function compatibilityDate(): Promise<string> {
  const toml = await readText(join(projectFolder, "wrangler.toml"));
  const [, date] = /^compatibility_date = "([\d-]+)"/m.exec(toml) ?? [];
  if (date === undefined) throw new CommandError("wrangler.toml names no compatibility_date.");
  return date;
}

/** Speaks the protocol of Workers' Cache API, and keeps lists only, so that hits and misses can both be measured. */
const cacheOfLists = `const kept = new Map();
const miss = (status) => new Response(null, { status, headers: { "CF-Cache-Status": "MISS" } });

async function keep(request) {
  const answer = await request.text();
  if (!new URL(request.url).pathname.endsWith("/items")) return;
  const [head, ...body] = answer.split("\\r\\n\\r\\n");
  const headers = head.split("\\r\\n").slice(1).map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
  kept.set(request.url, { headers: [...headers, ["CF-Cache-Status", "HIT"]], body: body.join("\\r\\n\\r\\n") });
}

export default {
  async fetch(request) {
    if (request.method === "PUT") return keep(request).then(() => new Response(null, { status: 204 }));
    if (request.method === "PURGE") return kept.delete(request.url) ? new Response(null) : miss(404);
    const hit = kept.get(request.url);
    return hit ? new Response(hit.body, { headers: hit.headers }) : miss(504);
  },
};`;

/** Cap'n Proto's text form, whose strings are JSON's. */
function configuration(port: number, date: string, bindings: Record<string, string>): string {
  const texts = Object.entries({ RATE_LIMITS: "off", MAIL: "off", ROWS_PER_OWNER: "0", ...bindings }).map(
    ([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "${date}",
      bindings = [${[...texts, '(name = "PASSWORD_HASHER", durableObjectNamespace = "PasswordHasher")'].join(", ")}],
      durableObjectNamespaces = [(className = "PasswordHasher", uniqueKey = "bench")],
      durableObjectStorage = (inMemory = void),
      cacheApiOutbound = "cache"
    )),
    (name = "cache", worker = (
      modules = [(name = "cache.js", esModule = ${JSON.stringify(cacheOfLists)})],
      compatibilityDate = "${date}"
    )),
    (name = "internet", network = (allow = ["public", "private"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
`;
}
