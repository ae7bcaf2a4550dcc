/** The servers of `npm run bench:node`: Plinth on Node as it is deployed, and others on the same database. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Closeables } from "../closing.ts";
import { CommandError, projectFolder } from "../config.ts";
import { freePort } from "../local/port.ts";

export type PeerServer = { name: string; origin: string; pid: number };

/** Seconds within which a server must answer, and end when told to. */
const patience = 30;

const run = promisify(execFile);
const folder = join(import.meta.dirname, "peers");

/** Bundles the server and starts it in one process. */
export async function startPlinth(open: Closeables, environment: Record<string, string>): Promise<PeerServer> {
  const outdir = await mkdtemp(join(tmpdir(), "plinth-node-"));
  open.push(() => rm(outdir, { recursive: true, force: true }));
  await run(process.execPath, [join(projectFolder, "dev/build/node.ts"), "--outdir", outdir], { cwd: projectFolder });
  const settings = { ENVIRONMENT: "staging", MAIL: "off", RATE_LIMITS: "off", ROWS_PER_OWNER: "0", WORKERS: "1" };
  const profile = process.env.CPU_PROFILE;
  const options = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  const command = [process.execPath, ...options, join(outdir, "server.mjs")];
  return start(open, "Plinth", command, { ...settings, ASSETS_FOLDER: join(outdir, "assets"), ...environment });
}

export async function startFastify(open: Closeables, environment: Record<string, string>): Promise<PeerServer> {
  return start(open, "Fastify", [process.execPath, join(folder, "fastify.mjs")], environment);
}

/** The packages of the peer in Python, by the names under which it imports them. */
const modules = "fastapi, uvicorn, sqlalchemy, psycopg2, jose";

/** Starts the peer in Python. Answers the reason where its packages are not there. */
export async function startFastApi(
  open: Closeables,
  environment: Record<string, string>,
): Promise<PeerServer | string> {
  const python = process.env.PYTHON ?? "python3";
  const found = await run(python, ["-c", `import ${modules}`]).catch(() => undefined);
  if (!found) {
    return `FastAPI was left out: ${python} has not all of ${modules}. PYTHON names another, such as Debian's with python3-fastapi, python3-uvicorn, python3-uvloop, python3-httptools, python3-sqlalchemy, python3-psycopg2 and python3-jose.`;
  }
  const port = String(await freePort());
  const command = [python, "-m", "uvicorn", "--app-dir", folder, "--port", port, "fastapi_guide:app"];
  return start(open, "FastAPI", command, { ...environment, PORT: port, PYTHONDONTWRITEBYTECODE: "1" });
}

async function start(
  open: Closeables,
  name: string,
  [program = "", ...args]: string[],
  environment: Record<string, string>,
): Promise<PeerServer> {
  const { PATH = "" } = process.env;
  const { PORT: port = String(await freePort()) } = environment;
  // Each writes its log, as in production, and nobody reads it.
  const child = spawn(program, args, {
    env: { PATH, ...environment, PORT: port },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(child, "exit");
  process.once("exit", () => child.kill("SIGKILL"));
  open.push(async () => {
    child.kill("SIGTERM");
    const killing = setTimeout(() => child.kill("SIGKILL"), patience * 1_000);
    await ended;
    clearTimeout(killing);
  });
  const origin = `http://127.0.0.1:${port}`;
  const due = Date.now() + patience * 1_000;
  const health = () => fetch(`${origin}/health`, { signal: AbortSignal.timeout(patience * 1_000) });
  while (!(await health().catch(() => undefined))?.ok) {
    if (child.exitCode !== null || child.pid === undefined) throw new CommandError(`${name} did not start.`);
    if (Date.now() >= due) throw new CommandError(`${name} did not answer within ${patience} s.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { name, origin, pid: child.pid ?? 0 };
}
