import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findPostmaster } from "../../../dev/local/kept/postmaster.ts";
import { freePort } from "../../../dev/local/port.ts";
import { isAlive } from "../../../dev/local/processes.ts";
import { rateClasses } from "../../../src/context/policy.ts";
import { copyProject, plainEnvironment } from "../../setup/project-copy.ts";
import { descendants } from "./descendants.ts";

const run = promisify(execFile);

/** Longer than a first start takes on a busy machine. */
const patience = 300_000;

const launched: ChildProcess[] = [];

/** The project, in a folder of its own where its files may be broken. */
let project: string;

describe("npm run dev", { timeout: patience }, () => {
  let data: string;
  let first: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), "plinth-project-"));
    await copyProject(project);
    await mkdir(join(project, "static", "immutable"), { recursive: true });
    await writeFile(join(project, "static", "app.css"), "body {}");
    await writeFile(join(project, "static", "immutable", "app.3f9c1b2a.js"), "export {};");
    const app = join(project, "examples", "web", "dist");
    await mkdir(app, { recursive: true });
    await writeFile(join(app, "index.html"), "<!doctype html><title>The start</title>");
    await writeFile(join(app, "sign-in.html"), "<!doctype html><title>Sign in</title>");
    await writeFile(join(app, "_headers"), "/sign-in\n  Referrer-Policy: no-referrer\n");
    data = join(project, ".plinth");
    await writeFile(join(project, ".dev.vars"), 'RESEND_API_KEY="re_of_nobody"\nPROJECT_NAME="Unseen by ps"\n');
    first = await start(data);
  }, patience);
  afterAll(async () => {
    for (const server of launched) server.kill();
    await Promise.all(
      launched.map((server) => server.exitCode === null && server.signalCode === null && once(server, "exit")),
    );
    await rm(project, { recursive: true, force: true, maxRetries: 5 });
  });

  it("serves static files, and lets browsers keep those with a hash", async () => {
    const keeping = async (path: string) => (await fetch(`${first.url}/static/${path}`)).headers.get("cache-control");
    expect(await keeping("app.css")).toBe("public, max-age=0, must-revalidate");
    expect(await keeping("immutable/app.3f9c1b2a.js")).toBe("public, max-age=31536000, immutable");
    await expect(fetch(`${first.url}/static/missing.css`)).resolves.toMatchObject({ status: 404 });

    const hasty = join(project, "static", "immutable", "app.js");
    await writeFile(hasty, "");
    const build = run(process.execPath, ["dev/build/assets.ts"], { cwd: project });
    await expect(build).rejects.toThrow("put a hash of the content into the name of app.js");
    await rm(hasty);
    // The server may have met the misnamed file, too, and then reloads.
    await vi.waitFor(async () => expect((await fetch(`${first.url}/health`)).status).toBe(200), { timeout: patience });
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

  it("serves a front end that was built, at the root", async () => {
    const titleOf = async (path: string) => /<title>(.*)</.exec(await (await fetch(`${first.url}${path}`)).text())?.[1];
    expect([await titleOf("/"), await titleOf("/sign-in")]).toStrictEqual(["The start", "Sign in"]);
    const page = await fetch(`${first.url}/sign-in`);
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    await page.body?.cancel();
    // Any other path is the API's.
    const missing = await fetch(`${first.url}/sign-out`);
    expect([missing.status, missing.headers.get("content-type")]).toStrictEqual([404, "application/problem+json"]);
    expect(first.output()).toContain(`App        ${first.url}/`);

    const health = join(project, "examples", "web", "dist", "health.html");
    await writeFile(health, "");
    const build = run(process.execPath, ["dev/build/assets.ts"], { cwd: project });
    await expect(build).rejects.toThrow("These paths are the API's, and cannot be the front end's: health.html.");
    await rm(health);
    await vi.waitFor(async () => expect((await fetch(`${first.url}/health`)).status).toBe(200), { timeout: patience });
  });

  it("prints a line that signs in as the admin when it is pasted", async () => {
    const { stdout } = await run("sh", ["-c", first.line]);
    expect(JSON.parse(stdout)).toMatchObject({ email: "admin@example.com", role: "admin" });
    expect(first.password).toMatch(/^[\w-]{20,}$/);
  });

  it("keeps its secrets to itself", async () => {
    for (const name of ["secret-key", "admins.json", "database/connection.json"]) {
      expect((await stat(join(data, name))).mode & 0o077).toBe(0);
    }
    const { stdout } = await run("ps", ["-A", "-ww", "-o", "args="]);
    expect(stdout).toContain(join(project, "dev/local/worker/process.ts"));
    for (const secret of [await readFile(join(data, "secret-key"), "utf8"), "re_of_nobody", "Unseen by ps"]) {
      expect(stdout).not.toContain(secret);
    }
    expect(first.output()).not.toMatch(/SECRET_KEY|DATABASE_URL|re_of_nobody/);
  });

  it("prints where the database is, for psql and any other client", async () => {
    const [, url = ""] = /Database +psql (postgresql:\S+)/.exec(first.output()) ?? [];
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    expect((await client.query("select email from users")).rows).toStrictEqual([{ email: "admin@example.com" }]);
    await client.end();
    expect(first.output()).toMatch(/Inspector +127\.0\.0\.1:\d+/);
  });

  it("runs beside the commands, which use the same database", async () => {
    const { stdout } = await command("dev/commands/create-admin.ts", "another@example.com");
    expect(stdout).toContain("another@example.com is an admin now");
    await expect(command("dev/commands/reset-database.ts")).rejects.toThrow("npm run db:reset -- --yes");
    const reset = await command("dev/commands/reset-database.ts", "--yes");
    const [, password = ""] = /with the password (\S+)/.exec(reset.stdout) ?? [];
    const body = new URLSearchParams({ username: "admin@example.com", password });
    await expect(fetch(`${first.url}/api/v1/auth/login`, { method: "POST", body })).resolves.toMatchObject({
      status: 200,
    });
    await expect(command("dev/commands/seed-database.ts")).resolves.toMatchObject({ stdout: /seeds\.ts has filled/ });
  });

  it("answers broken code with the place of the mistake, and goes on at the next save", async () => {
    const file = join(project, "src/routes/health/live.ts");
    const good = await readFile(file, "utf8");
    const answer = async () => {
      const response = await fetch(`${first.url}/health`, { signal: AbortSignal.timeout(60_000) });
      return `${response.status} ${await response.text()}`;
    };
    await writeFile(file, `${good}\nconst = 1;\n`);
    const line = good.split("\n").length + 1;
    const frame = `500 src/routes/health/live.ts:${line}:6: ERROR: Expected identifier but found "="`;
    await expect.poll(answer, { timeout: 60_000 }).toContain(frame);
    await writeFile(file, `${good}\nthrow new Error("at the top");\n`);
    await expect
      .poll(answer, { timeout: 60_000 })
      .toMatch(new RegExp(`^500 .*Uncaught Error: at the top\\n *at src/routes/health/live\\.ts:${line}:`));
    expect(`${await answer()}${first.output()}`).not.toContain("DurableObjectNamespace");
    await writeFile(file, good);
    await expect.poll(answer, { timeout: 60_000 }).toBe('200 {"status":"ok"}');
  });

  it("says that the runtime has died, and answers again without a save, whichever of its processes it was", async () => {
    const runtimes = async () => {
      const { stdout } = await run("ps", ["-o", "pid=,args=", "-p", (await descendants(first.pid)).join(",")]);
      return stdout.split("\n").flatMap((line) => /^ *(\d+) \S*workerd serve/.exec(line)?.[1] ?? []);
    };
    const health = () =>
      fetch(`${first.url}/health`, { signal: AbortSignal.timeout(20_000) }).then(({ status }) => status);
    const deaths = () =>
      first.output().match(/The Workers runtime ended by itself \(SIGKILL\) and starts anew/g)?.length ?? 0;
    const [one, other, ...rest] = await runtimes();
    expect([one, other, rest]).toStrictEqual([expect.any(String), expect.any(String), []]);
    for (const [count, pid] of [one, other].entries()) {
      process.kill(Number(pid), "SIGKILL");
      await expect.poll(deaths).toBe(count + 1);
      await expect.poll(() => health().catch(String)).toBe(200);
    }
    expect(await runtimes()).toHaveLength(2);
  });

  it("answers a body that it refuses, however much of it is still to come", async () => {
    const json = { "Content-Type": "application/json" };
    const whole = new Uint8Array(10_000_000).fill(0x20);
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) {
      for (const body of [whole, new Blob([whole]).stream()]) {
        // A stream needs `duplex`, which the types of Workers do not know.
        const init = { method: "POST", headers: json, body, duplex: "half" };
        statuses.push((await fetch(`${first.url}/api/v1/users`, init)).status);
      }
    }
    expect(statuses).toStrictEqual(Array.from({ length: 10 }, () => 413));
  });

  it("answers a GET that has a body", async () => {
    const asked = request(`${first.url}/health`, { headers: { "Content-Length": 2 } }).end("{}");
    const [answer] = await once(asked, "response");
    answer.resume();
    expect(answer.statusCode).toBe(200);
  });

  it("tells what is behind a 500: the statement, what its parameters look like, and the place in the source", async () => {
    const file = join(project, "src/crud/migrations.ts");
    const good = await readFile(file, "utf8");
    const bad = good.replace(
      "return db.execute",
      `if (own.length > 0) return db.execute(sql\`select subject, \${"a secret"}::text from sessions\`);\n  return db.execute`,
    );
    await writeFile(file, bad);
    const status = async () => (await fetch(`${first.url}/health/ready`)).status;
    // A reload may answer something else than 200, too: the fault is what it logs.
    const logged = async () => ((await status()) === 200 ? "" : first.output());
    await expect.poll(logged, { timeout: 60_000 }).toContain('column "subject" does not exist');
    await writeFile(file, good);
    const output = first.output();
    expect(output).toContain("Statement 1 of 2: select subject, $1::text from sessions");
    expect(output).toContain("$1 text of 8 characters");
    expect(output).not.toContain("a secret");
    await expect.poll(status, { timeout: 60_000 }).toBe(200);
  });

  it("takes over what .dev.vars says now", async () => {
    await writeFile(join(project, ".dev.vars"), 'PROJECT_NAME="After"\n');
    const title = async () => (await (await fetch(`${first.url}/api/v1/openapi.json`)).text()).slice(0, 200);
    await expect.poll(title, { timeout: 60_000 }).toContain('"title":"After"');
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
    const second = launch(data, await freePort(), await freePort(), "--json");
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`${data} is in use by process ${first.pid}: stop it first`);
  });

  it("refuses a busy port before it does anything", async () => {
    const busy = createServer().listen(0, "127.0.0.1");
    await once(busy, "listening");
    const address = busy.address();
    const port = typeof address === "object" && address ? address.port : 0;
    // As a mailbox has it; there may be another server already.
    const next = createServer().listen(port + 1, "127.0.0.1");
    await once(next, "listening").catch(() => {});
    const fresh = join(data, "fresh");
    const second = launch(fresh, port, await freePort());
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`Port ${port} is in use by another program: choose another`);
    expect(second.output()).not.toContain(`PORT=${port + 1} `);
    expect(existsSync(fresh)).toBe(false);
    busy.close();
    next.close();
  });

  it.each([0, 1])("refuses a debugger's port that is %d above its own", async (above) => {
    const port = await freePort();
    const fresh = join(data, "fresh");
    const second = launch(fresh, port, port + above);
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`Port ${port + above} is for the API or the mailbox: choose another`);
    expect(existsSync(fresh)).toBe(false);
  });

  it("stops on SIGTERM and leaves nothing behind", async () => {
    const processes = await descendants(first.pid);
    expect(processes.length).toBeGreaterThan(2);
    process.kill(first.pid, "SIGTERM");
    expect(await first.ended).toBe(0);
    await expect.poll(() => processes.filter(isAlive)).toEqual([]);
    expect(await findPostmaster(join(data, "database"))).toBeUndefined();
  });

  it("starts again with the same admin, tells a request's story, and leaves no child behind when it is killed", async () => {
    const second = await start(data, "--chaos");
    const { stdout } = await run("sh", ["-c", second.line]);
    expect(JSON.parse(stdout)).toMatchObject({ email: "admin@example.com" });
    const answers: [status: number, code: string][] = [];
    for (const fault of ["no-fault", "reset-after", "55P03; times=1", "40001; times=1", "none"]) {
      const headers = { "X-Request-Id": `meets-${fault.replace(/\W.*/, "")}`, "X-Chaos": fault };
      const answer = await fetch(`${second.url}/health/ready`, { headers });
      answers.push([answer.status, /"code":"(\w+)"/.exec(await answer.text())?.[1] ?? ""]);
    }
    const unavailable = [503, "database_unavailable"];
    expect(answers).toStrictEqual([[400, ""], unavailable, unavailable, [200, ""], [200, ""]]);
    const story = await command("dev/commands/why.ts", "meets-reset");
    expect(story.stdout).toMatch(/GET \/health\/ready 503 database_unavailable\n/);
    expect(story.stdout).toContain("fault: reset");
    expect(story.stdout).toMatch(/met the fault reset-after\n +with own as \(select unnest/);
    expect((await command("dev/commands/why.ts", "meets-40001")).stdout).toContain("db_tried_again 1");
    const processes = await descendants(second.pid);
    process.kill(second.pid, "SIGKILL");
    await expect.poll(() => processes.filter(isAlive)).toEqual([]);
  });
});

function command(script: string, ...args: string[]) {
  const { DATABASE_URL: _, ...env } = plainEnvironment();
  return run(process.execPath, [join(project, script), ...args], { cwd: project, env });
}

function launch(data: string, port: number, inspectorPort: number, ...args: string[]) {
  const { DATABASE_URL: _, ...inherited } = plainEnvironment();
  const server = spawn(process.execPath, [join(project, "dev/local/server.ts"), ...args], {
    cwd: project,
    env: { ...inherited, PLINTH_DATA: data, PORT: String(port), INSPECTOR_PORT: String(inspectorPort), NO_COLOR: "1" },
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
async function start(data: string, ...args: string[]) {
  const server = launch(data, await freePort(), await freePort(), ...args);
  const banner = /API +(\S+)\n[\s\S]* Password +(\S+)\n[\s\S]*\n *(curl .*)\n/;
  const read = vi.waitUntil(() => banner.exec(server.output()), { timeout: patience - 10_000 });
  const failed = server.ended.then(() => Promise.reject(new Error(`It ended:\n${server.output()}`)));
  const [, url = "", password = "", line = ""] = await Promise.race([read, failed]);
  return { ...server, url, password, line };
}
