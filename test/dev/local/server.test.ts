import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, utimes } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findPostmaster } from "../../../dev/local/kept/postmaster.ts";
import { freePort } from "../../../dev/local/port.ts";
import { rateClasses } from "../../../src/context/policy.ts";

const run = promisify(execFile);

/** Longer than a first start takes on a busy machine. */
const patience = 90_000;

const launched: ChildProcess[] = [];

describe("npm run dev", { timeout: patience }, () => {
  let data: string;
  let first: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "plinth-dev-"));
    first = await start(data);
  }, patience);
  afterAll(async () => {
    for (const server of launched) server.kill();
    await Promise.all(
      launched.map((server) => server.exitCode === null && server.signalCode === null && once(server, "exit")),
    );
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  });

  it("serves the API, its documentation and its assets", async () => {
    await expect(fetch(`${first.url}/health/ready`)).resolves.toMatchObject({ status: 200 });
    await expect(fetch(`${first.url}/api/v1/docs`)).resolves.toMatchObject({ status: 200 });
    const script = await fetch(`${first.url}/docs-assets/swagger-ui-bundle.js`);
    expect(script).toMatchObject({ status: 200 });
    expect(script.headers.get("x-content-type-options")).toBe("nosniff");
    expect(script.headers.get("cache-control")).toBe("public, max-age=86400");
    await script.body?.cancel();
  });

  it("prints a line that signs in as the admin when it is pasted", async () => {
    const { stdout } = await run("sh", ["-c", first.line]);
    expect(JSON.parse(stdout)).toMatchObject({ email: "admin@example.com", role: "admin" });
    expect(first.password).toMatch(/^[\w-]{20,}$/);
  });

  it("keeps its secrets to itself", async () => {
    for (const name of ["secret-key", "admins.json", "worker.env"]) {
      expect((await stat(join(data, name))).mode & 0o077).toBe(0);
    }
    const { stdout } = await run("ps", ["-A", "-o", "args="]);
    expect(stdout).toContain(`--env-file=${join(data, "worker.env")}`);
    expect(stdout).not.toMatch(/--var (SECRET_KEY|DATABASE_URL)/);
    expect(first.output()).not.toMatch(/SECRET_KEY|DATABASE_URL/);
  });

  it("reloads when a file under src/ changes", async () => {
    const now = new Date();
    await utimes(join(import.meta.dirname, "../../../src/index.ts"), now, now);
    await vi.waitUntil(() => /src\/index\.ts changed[\s\S]*server updated/.test(first.output()), { timeout: 30_000 });
    await expect(fetch(`${first.url}/health`)).resolves.toMatchObject({ status: 200 });
  });

  it("counts calls, as production does", async () => {
    const ask = async () => {
      const init = {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: '{"email": "a@example.com"}',
      };
      const { status } = await fetch(`${first.url}/api/v1/auth/password/forgot`, init);
      return status;
    };
    const { limit } = rateClasses.sign_up;
    // Twice as many: a minute may end in between.
    const statuses = await Promise.all(Array.from({ length: 2 * limit + 1 }, ask));
    expect(new Set(statuses)).toStrictEqual(new Set([202, 429]));
    expect(statuses.filter((status) => status === 202).length).toBeGreaterThanOrEqual(limit);
  });

  it("refuses a second copy on the same data", async () => {
    const second = launch(data, await freePort());
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`${data} is in use by process ${first.pid}: stop it first`);
  });

  it("refuses a busy port before it does anything", async () => {
    const busy = createServer().listen(0, "127.0.0.1");
    await once(busy, "listening");
    const address = busy.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const fresh = join(data, "fresh");
    const second = launch(fresh, port);
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`Port ${port} is in use by another program: choose another`);
    expect(existsSync(fresh)).toBe(false);
    busy.close();
  });

  it("stops on SIGTERM and leaves nothing behind", async () => {
    const processes = await descendants(first.pid);
    expect(processes.length).toBeGreaterThan(2);
    process.kill(first.pid, "SIGTERM");
    expect(await first.ended).toBe(0);
    await expect.poll(() => processes.filter(isAlive), { timeout: 5_000 }).toEqual([]);
    expect(await findPostmaster(join(data, "database"))).toBeUndefined();
  });

  it("starts again with the same admin, and leaves no child behind even when it is killed", async () => {
    const second = await start(data);
    expect(second.password).toBe(first.password);
    const { stdout } = await run("sh", ["-c", second.line]);
    expect(JSON.parse(stdout)).toMatchObject({ email: "admin@example.com" });
    const processes = await descendants(second.pid);
    process.kill(second.pid, "SIGKILL");
    await expect.poll(() => processes.filter(isAlive), { timeout: 15_000 }).toEqual([]);
  });
});

function launch(data: string, port: number) {
  const { DATABASE_URL: _, ...inherited } = process.env;
  const server = spawn(process.execPath, [join(import.meta.dirname, "../../../dev/local/server.ts")], {
    env: { ...inherited, PLINTH_DATA: data, PORT: String(port), NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  launched.push(server);
  let output = "";
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  const ended = once(server, "close").then(([code]) => code);
  return { pid: server.pid ?? 0, ended, output: () => output };
}

/** Starts the server and reads its banner. */
async function start(data: string) {
  const server = launch(data, await freePort());
  const banner = /API +(\S+)\n[\s\S]* Password +(\S+)\n[\s\S]*\n *(curl .*)\n/;
  const read = vi.waitUntil(() => banner.exec(server.output()), { timeout: patience - 10_000 });
  const failed = server.ended.then(() => Promise.reject(new Error(`It ended:\n${server.output()}`)));
  const [, url = "", password = "", line = ""] = await Promise.race([read, failed]);
  return { ...server, url, password, line };
}

async function descendants(pid: number): Promise<number[]> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid="]);
  const pairs = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pairs.filter(([, ppid]) => ppid === parent).flatMap(([child = 0]) => [child, ...below(child)]);
  return below(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
