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
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { startDatabase } from "../bench/tools.ts";
import { type Closeables, closing } from "../closing.ts";
import { CommandError, failWith, projectFolder } from "../config.ts";
import { freePort } from "../local/port.ts";
import { workerRole } from "../migrations/worker-role.ts";
import { textTable } from "../terminal.ts";

/** Packages that npm installs for each, and the command that runs the server. */
const runtimes = {
  node: { packages: [], command: [process.execPath] },
  bun: { packages: ["bun@1.4.5"], command: ["bun"] },
  deno: { packages: ["deno@2.9.6"], command: ["deno", "run", "-A"] },
} as const;
type Runtime = keyof typeof runtimes;

/** Seconds within which a server must listen, answer each request, and end. */
const patience = 30;

async function main(open: Closeables): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  // The keys of a constant.
  const known = Object.keys(runtimes) as Runtime[];
  const unknown = positionals.filter((name) => !known.some((one) => one === name));
  if (unknown.length > 0) throw new CommandError(`There is no ${unknown.join(", ")}: only ${known.join(", ")}.`);
  const { url } = await startDatabase(open);
  const ofWorker = new URL(url);
  ofWorker.searchParams.set("options", `-c role=${workerRole(ofWorker.pathname.slice(1))}`);
  const chosen = known.filter((one) => positionals.length === 0 || positionals.includes(one));
  const bin = await installed(open, chosen);
  const rows: string[][] = [];
  for (const name of chosen) {
    for (const [step, outcome] of await walk(name, bin, ofWorker.href)) rows.push([name, step, outcome]);
  }
  console.log(textTable(["runtime", "step", "outcome"], rows));
  const failed = rows.filter(([, , outcome]) => outcome !== "ok");
  if (failed.length > 0) throw new CommandError(`${failed.length} steps failed.`);
}

async function installed(open: Closeables, chosen: readonly Runtime[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "runtimes-"));
  open.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "package.json"), "{}");
  const packages = chosen.flatMap((name) => [...runtimes[name].packages]);
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
    while (!(await client.isHealthy())) {
      if (server.exitCode !== null) throw new Error(said.slice(0, 500));
      if (performance.now() - started > patience * 1_000) throw new Error("does not listen");
      await delay(50);
    }
  });
  for (const [title, work] of journey(client)) await step(title, work);
  await step("answers what has begun, and ends with status 0 when told to", async () => {
    const slow = client.signIn();
    await delay(20);
    server.kill("SIGTERM");
    const late = delay(patience * 1_000, undefined, { ref: false }).then(() => {
      throw new Error(`did not end within ${patience} s`);
    });
    const [{ status }, [code]] = await Promise.race([Promise.all([slow, ended]), late]);
    if (status !== 200 || code !== 0) throw new Error(`${status}, then status ${code}`);
  });
  server.kill("SIGKILL");
  return outcomes;
}

function clientOf(origin: string) {
  const account = { username: `u${randomBytes(6).toString("hex")}`, password: randomBytes(12).toString("hex") };
  const state = { token: "", item: "", id: "", tag: "" };
  const call = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      signal: AbortSignal.timeout(patience * 1_000),
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
  const isHealthy = () =>
    call("GET", "/health").then(
      ({ status }) => status === 200,
      () => false,
    );
  return { call, signIn, isHealthy, account, state };
}

type Step = readonly [title: string, work: () => Promise<boolean>];

/** Steps of a client, in their order. False: another answer than a client expects. */
function journey({ call, signIn, account, state }: ReturnType<typeof clientOf>): readonly Step[] {
  const title = "Analytical engine";
  const changed = "Difference engine";
  // Together too long to be answered at once.
  const others = Array.from({ length: 10 }, () => ({ op: "create", item: { title, description: "d".repeat(500) } }));
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
        const { status, headers, body } = await call("POST", "/api/v1/items", { title });
        state.item = headers.get("Location") ?? "";
        state.id = String(body.id);
        state.tag = headers.get("ETag") ?? "";
        return status === 201;
      },
    ],
    ["reads what it created", async () => (await call("GET", state.item)).body.title === title],
    ["lists it", async () => (await call("GET", "/api/v1/items")).body.items[0].title === title],
    [
      "changes it in a batch",
      async () => {
        const update = { op: "update", id: state.id, if_match: state.tag, item: { title: changed } };
        const { status } = await call("POST", "/api/v1/items/batch", { operations: [update, ...others] });
        return status === 200 && (await call("GET", state.item)).body.title === changed;
      },
    ],
    [
      "streams a download",
      async () => {
        const { status, headers, text } = await call("GET", "/api/v1/items/export", undefined, { Accept: "text/csv" });
        const isStream = status === 200 && headers.get("Content-Length") === null;
        return isStream && text.includes(changed) && text.split(title).length - 1 === others.length;
      },
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
