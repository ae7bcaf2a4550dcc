/**
 * `npm run smoke:runtimes [-- node bun deno]` starts the server on each of these runtimes, on a PostgreSQL of its own, and
 * walks through it as a client does. Bun and Deno come from npm, into a folder that goes again.
 */
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { startDatabase } from "../bench/tools.ts";
import { type Closeables, closing } from "../closing.ts";
import { failWith, Problem, projectFolder } from "../config.ts";
import { freePort } from "../local/port.ts";
import { workerRole } from "../migrations/worker-role.ts";
import { table } from "../terminal.ts";

/** What npm installs for each, and how it is told to run the server. */
const runtimes = {
  node: { packages: [], command: [process.execPath] },
  bun: { packages: ["bun@1.4.5"], command: ["bun"] },
  deno: { packages: ["deno@2.9.6"], command: ["deno", "run", "-A"] },
} as const;
type Runtime = keyof typeof runtimes;

/** Seconds until a server must have begun to listen, or ended. */
const patience = 30;

async function main(open: Closeables): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  // The keys of a constant.
  const known = Object.keys(runtimes) as Runtime[];
  const unknown = positionals.filter((name) => !known.some((one) => one === name));
  if (unknown.length > 0) throw new Problem(`There is no ${unknown.join(", ")}: only ${known.join(", ")}.`);
  const { url } = await startDatabase(open);
  const ofWorker = new URL(url);
  ofWorker.searchParams.set("options", `-c role=${workerRole(ofWorker.pathname.slice(1))}`);
  const bin = await installed(open);
  const rows: string[][] = [];
  for (const name of known.filter((one) => positionals.length === 0 || positionals.includes(one))) {
    for (const [step, outcome] of await walk(name, bin, ofWorker.href)) rows.push([name, step, outcome]);
  }
  console.log(table(["runtime", "step", "outcome"], rows));
  const failed = rows.filter(([, , outcome]) => outcome !== "ok");
  if (failed.length > 0) throw new Problem(`${failed.length} steps failed.`);
}

async function installed(open: Closeables): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "runtimes-"));
  open.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "package.json"), "{}");
  const packages = Object.values(runtimes).flatMap((runtime) => [...runtime.packages]);
  const options = ["--no-audit", "--no-fund", "--loglevel=error"];
  await promisify(execFile)("npm", ["install", ...options, ...packages], { cwd: folder });
  return join(folder, "node_modules/.bin");
}

/** Walks through the server on a runtime; answers each step with `ok`, or with what was wrong. */
async function walk(name: Runtime, bin: string, DATABASE_URL: string): Promise<[string, string][]> {
  const [program, ...args] = runtimes[name].command;
  const { PATH = "", HOME = "" } = process.env;
  const port = await freePort();
  const SECRET_KEY = randomBytes(32).toString("base64");
  const settings = { ENVIRONMENT: "staging", MAIL: "off", PORT: String(port), DATABASE_URL, SECRET_KEY };
  const env = { PATH: `${bin}:${PATH}`, HOME, ...settings };
  const started = performance.now();
  const server = spawn(program, [...args, "src/node.ts"], {
    cwd: projectFolder,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  server.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const ended = once(server, "exit");
  const client = clientOf(`http://127.0.0.1:${port}`);
  const outcomes: [string, string][] = [];
  const step = async (title: string, work: () => Promise<unknown>) => {
    const outcome = await work().then(
      (isRight) => (isRight === false ? "answered otherwise" : "ok"),
      (error: unknown) => String(error),
    );
    outcomes.push([title, outcome]);
  };
  await step("starts", async () => {
    while (!(await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined))?.ok) {
      if (server.exitCode !== null) throw new Error(said.slice(0, 500));
      if (performance.now() - started > patience * 1_000) throw new Error("does not listen");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  for (const [title, work] of journey(client)) await step(title, work);
  await step("answers what has begun, and ends with status 0 when told to", async () => {
    const slow = client.signIn();
    await new Promise((resolve) => setTimeout(resolve, 20));
    server.kill("SIGTERM");
    const [{ status }, [code]] = await Promise.all([slow, ended]);
    if (status !== 200 || code !== 0) throw new Error(`${status}, then status ${code}`);
  });
  server.kill("SIGKILL");
  return outcomes;
}

function clientOf(origin: string) {
  const account = { username: `u${randomBytes(6).toString("hex")}`, password: randomBytes(12).toString("hex") };
  const state = { token: "", item: "" };
  const call = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        ...(body && { "Content-Type": "application/json" }),
        ...(state.token !== "" && { Authorization: `Bearer ${state.token}` }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get("Content-Type") ?? "");
    return { status: response.status, headers: response.headers, text, body: Object(isJson ? JSON.parse(text) : {}) };
  };
  const signIn = () => call("POST", "/api/v1/auth/login", account);
  return { call, signIn, account, state };
}

type Step = readonly [title: string, work: () => Promise<boolean>];

/** What a client does, in this order. False: another answer than a client expects. */
function journey({ call, signIn, account, state }: ReturnType<typeof clientOf>): readonly Step[] {
  const title = "Analytical engine";
  return [
    ["is ready", async () => (await call("GET", "/health/ready")).status === 200],
    [
      "signs up",
      async () => {
        const email = `${account.username}@example.com`;
        return (await call("POST", "/api/v1/users", { ...account, email })).status === 201;
      },
    ],
    [
      "signs in",
      async () => {
        const { status, body } = await signIn();
        state.token = String(body.access_token);
        return status === 200;
      },
    ],
    ["knows who calls", async () => (await call("GET", "/api/v1/users/me")).body.username === account.username],
    [
      "creates",
      async () => {
        const { status, headers } = await call("POST", "/api/v1/items", { title });
        state.item = headers.get("Location") ?? "";
        return status === 201;
      },
    ],
    ["reads what it created", async () => (await call("GET", state.item)).body.title === title],
    ["lists it", async () => (await call("GET", "/api/v1/items")).body.items[0].title === title],
    [
      "changes it in a batch",
      async () => {
        const operations = [{ op: "create", item: { title: "Another" } }];
        return (await call("POST", "/api/v1/items/batch", { operations })).status === 200;
      },
    ],
    [
      "streams a download",
      async () => (await call("GET", "/api/v1/items/export", undefined, { Accept: "text/csv" })).text.includes(title),
    ],
    [
      "compresses what is long",
      async () => {
        const { headers, body } = await call("GET", "/api/v1/openapi.json", undefined, { "Accept-Encoding": "gzip" });
        return headers.get("Content-Encoding") === "gzip" && body.openapi !== undefined;
      },
    ],
    [
      "answers 404 for what is not there",
      async () => (await call("GET", `/api/v1/items/${crypto.randomUUID()}`)).body.code === "not_found",
    ],
    [
      "answers 401 to a token that is none",
      async () =>
        (await call("GET", "/api/v1/users/me", undefined, { Authorization: "Bearer x" })).body.code === "invalid_token",
    ],
    [
      "refuses a body that is too long",
      async () => (await call("POST", "/api/v1/items", { title: "t".repeat(1_100_000) })).status === 413,
    ],
  ];
}

await closing(main).catch(failWith);
