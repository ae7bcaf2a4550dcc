import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freePort } from "../../../dev/local/port.ts";
import { isAlive } from "../../../dev/local/processes.ts";
import { copyProject, plainEnvironment } from "../../setup/project-copy.ts";
import { descendants } from "./descendants.ts";

const run = promisify(execFile);
/** Longer than a first start takes on a busy machine. */
const patience = 300_000;

describe("npm run dev -- --shape group", { timeout: patience }, () => {
  let project: string;
  let server: ChildProcess;
  let output = "";
  let url = "";
  let line = "";

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), "plinth-shapes-"));
    await copyProject(project);
    await writeFile(join(project, ".dev.vars"), 'PROJECT_NAME="In groups"\n');
    await mkdir(join(project, "static"));
    await writeFile(join(project, "static", "page.txt"), "the first");
    await mkdir(join(project, "site"));
    await writeFile(join(project, "site", "index.html"), "<p>One</p>");
    const { DATABASE_URL: _, ...inherited } = plainEnvironment();
    const ports = { PORT: String(await freePort()), INSPECTOR_PORT: String(await freePort()) };
    server = spawn(process.execPath, [join(project, "dev/local/server.ts"), "--shape", "group"], {
      cwd: project,
      env: { ...inherited, ...ports, PLINTH_DATA: join(project, ".plinth"), FRONT_END: "site", NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [server.stdout, server.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
      });
    }
    const failed = once(server, "close").then(() => Promise.reject(new Error(`It ended:\n${output}`)));
    failed.catch(() => {});
    const banner = /API +(\S+)\n[\s\S]*\n *(curl .*)\n/;
    const read = vi.waitUntil(() => banner.exec(output), { timeout: patience - 10_000 });
    [, url = "", line = ""] = await Promise.race([read, failed]);
  }, patience);
  afterAll(async () => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill("SIGKILL");
      await once(server, "exit");
    }
    await rm(project, { recursive: true, force: true, maxRetries: 5 });
  });

  const answer = async (path: string) => {
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(60_000) });
    return `${response.status} ${await response.text()}`;
  };

  it("has the same banner, and signs the admin in", async () => {
    const { stdout } = await run("sh", ["-c", line]);
    expect(JSON.parse(stdout)).toMatchObject({ email: "admin@example.com", role: "admin" });
    expect(await answer("/api/v1/openapi.json")).toContain('"title":"In groups"');
    expect(await answer("/docs-assets/swagger-ui.css")).toMatch(/^200 /);
    expect(await answer("/cdn-cgi/handler/scheduled")).toBe("200 ok");
  });

  it("tells the story of a request, whichever part has answered it", async () => {
    await fetch(`${url}/health/ready`, { headers: { "X-Request-Id": "mine-9" } });
    const { DATABASE_URL: _, ...env } = plainEnvironment();
    const story = await run(process.execPath, [join(project, "dev/commands/why.ts"), "mine-9"], { cwd: project, env });
    expect(story.stdout).toContain("GET /health/ready 200");
  });

  it("takes over a change, answers broken code with the place of the mistake, and goes on at the next save", async () => {
    const file = join(project, "src/routes/health/live.ts");
    const good = await readFile(file, "utf8");
    await writeFile(file, good.replace('path: "/health"', 'path: "/health/alive"'));
    await expect.poll(() => answer("/health/alive"), { timeout: 60_000 }).toBe('200 {"status":"ok"}');
    expect(await answer("/health")).toMatch(/^404 /);
    await writeFile(file, `${good}\nconst = 1;\n`);
    await expect.poll(() => answer("/health"), { timeout: 60_000 }).toMatch(/^500 [\s\S]*live\.ts:\d+/);
    await writeFile(file, good);
    await expect.poll(() => answer("/health"), { timeout: 60_000 }).toBe('200 {"status":"ok"}');
  });

  it("says that the runtime has died, and answers again", async () => {
    const { stdout } = await run("ps", ["-o", "pid=,args=", "-p", (await descendants(server.pid ?? 0)).join(",")]);
    const [pid = ""] = stdout.split("\n").flatMap((one) => /^ *(\d+) \S*workerd serve/.exec(one)?.[1] ?? []);
    process.kill(Number(pid), "SIGKILL");
    await expect.poll(() => output).toContain("The Workers runtime ended by itself (SIGKILL) and starts anew");
    await expect.poll(() => answer("/health").catch(String), { timeout: 60_000 }).toBe('200 {"status":"ok"}');
  });

  it("takes over a change of a static file, and of a front end", async () => {
    expect(await answer("/static/page.txt")).toBe("200 the first");
    await writeFile(join(project, "static", "page.txt"), "the second");
    await expect.poll(() => answer("/static/page.txt"), { timeout: 60_000 }).toBe("200 the second");
    expect(await answer("/")).toContain("<p>One</p>");
    await writeFile(join(project, "site", "index.html"), "<p>Two</p>");
    await expect.poll(() => answer("/"), { timeout: 60_000 }).toContain("<p>Two</p>");
  });

  it("takes over what .dev.vars says now", async () => {
    await writeFile(join(project, ".dev.vars"), 'PROJECT_NAME="Renamed"\n');
    await expect.poll(() => answer("/api/v1/openapi.json"), { timeout: 60_000 }).toContain('"title":"Renamed"');
  });

  it("stops on SIGTERM and leaves nothing behind", async () => {
    const below = await descendants(server.pid ?? 0);
    expect(below.length).toBeGreaterThan(2);
    server.kill("SIGTERM");
    const [code] = await once(server, "close");
    expect(code).toBe(0);
    await expect.poll(() => below.filter(isAlive)).toEqual([]);
  });
});
