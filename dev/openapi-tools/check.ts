/**
 * `npm run openapi:tools`: two linters find nothing in openapi.json, every example fits its schema, four generators take
 * the document as it is, with output that compiles under `strict` and calls the Worker, and a proxy that validates finds
 * nothing in those calls, nor in those of every other operation.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { type DevServer, startDevServer } from "../../test/e2e/dev-server.ts";
import type { Client } from "./clients/client.ts";
import { callEverything } from "./everything.ts";
import { examplesOf } from "./examples.ts";
import { travel } from "./journey.ts";
import { startPrism, violationsIn } from "./prism.ts";
import { openTraffic } from "./traffic.ts";

const here = import.meta.dirname;
const openapi = join(here, "..", "..", "openapi.json");
const out = join(here, "out");
const bin = (name: string) => join(here, "node_modules", ".bin", name);
const environment = { ...process.env, OPENAPI: openapi, OUT: out, REDOCLY_TELEMETRY: "off", NO_COLOR: "1" };

/** Runs a tool, which must succeed and say `sign`, and nothing of a warning. */
async function run(step: string, tool: string, args: string[], sign = "", variables = {}): Promise<void> {
  const started = performance.now();
  const { stdout, stderr } = await promisify(execFile)(bin(tool), args, {
    cwd: here,
    env: { ...environment, ...variables },
  });
  const said = `${stdout}${stderr}`;
  if (!said.includes(sign) || /\d+ warnings?\b/.test(said)) throw new Error(`${step}:\n${said}`);
  console.log(`${step}: ${((performance.now() - started) / 1_000).toFixed(1)} s`);
}

/** Everything under `out`, as a front end with strict types compiles it. */
const tsconfig = {
  compilerOptions: {
    ...{ strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true, types: [] },
    ...{ target: "ES2022", lib: ["ES2022", "DOM", "DOM.Iterable"], module: "ESNext", moduleResolution: "Bundler" },
  },
};

async function lint(): Promise<void> {
  await run(
    "Redocly, recommended",
    "redocly",
    ["lint", openapi, "--max-problems=1000"],
    "Your API description is valid.",
  );
  await run("Spectral, spectral:oas", "spectral", ["lint", "--fail-severity=hint", openapi], "No results");
}

/** Makes the clients, which send their calls to `origin`, and compiles them. */
async function generate(origin: string): Promise<void> {
  const types = join(out, "openapi-typescript", "api.ts");
  await run("openapi-typescript", "openapi-typescript", [openapi, "--output", types]);
  const parts = ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"];
  await run("hey-api", "openapi-ts", ["--input", openapi, "--output", join(out, "hey-api"), "--plugins", ...parts]);
  await run("orval", "orval", ["--config", "orval.config.mjs"], "", { ORIGIN: origin });
  await run("kubb", "kubb", ["generate", "--config", "kubb.config.mjs"]);
  await cp(join(here, "codes.ts"), join(out, "codes.ts"));
  await cp(join(here, "clients"), join(out, "clients"), { recursive: true });
  await writeFile(join(out, "tsconfig.json"), JSON.stringify(tsconfig));
  await run("TypeScript, strict", "tsc", ["--project", out]);
  await run("TypeScript, these tools", "tsc", ["--project", here]);
}

/** Has each client make its calls by the global `fetch`, which notes what the proxy finds wrong with them. */
async function callByClients(origin: string): Promise<void> {
  const bundle = join(out, "clients.js");
  await build({ entryPoints: [join(out, "clients", "index.ts")], outfile: bundle, bundle: true, format: "esm" });
  const { clients }: { clients: Record<string, (origin: string) => Client> } = await import(pathToFileURL(bundle).href);
  const send = globalThis.fetch;
  for (const [name, client] of Object.entries(clients)) {
    let calls = 0;
    globalThis.fetch = async (...sent) => {
      const answer = await send(...sent);
      calls += 1;
      hold(name, violationsIn(answer));
      return answer;
    };
    await travel(client(origin), name.replace("-", "_"));
    console.log(`${name}: ${calls} calls of its client`);
  }
  globalThis.fetch = send;
}

/** Calls every operation through the proxy. */
async function callThrough(origin: string, server: DevServer): Promise<void> {
  const said = (label: string) => new RegExp(`^ +${label} +(\\S+)\n`, "m").exec(server.output())?.[1] ?? "";
  const traffic = openTraffic(document, origin);
  await callEverything(traffic, { ...server, mailbox: said("Mailbox"), database: said("Database +psql") });
  hold("Prism", traffic.violations());
  console.log(`Prism: nothing wrong with ${traffic.calls()} calls of ${traffic.operations.length} operations`);
  const missed = traffic.missed();
  if (missed.length > 0) console.log(`Prism: everything.ts has no call that succeeds of ${missed.join(", ")}`);
}

/** Fails if there is anything wrong. */
function hold(step: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new Error([`${step}:`, ...faults].join("\n"));
}

await rm(out, { recursive: true, force: true });
await mkdir(out);
const document = JSON.parse(await readFile(openapi, "utf8"));
const { count, faults } = examplesOf(document);
hold("Examples that do not fit", count === 0 ? ["There are none."] : faults);
console.log(`${count} examples fit their schemas`);
const linted = lint();
// Awaited below, after what runs beside it.
linted.catch(() => {});
const server = await startDevServer();
try {
  const prism = await startPrism(openapi, server.url);
  try {
    await Promise.all([generate(prism.url), callThrough(prism.url, server)]);
    await callByClients(prism.url);
  } finally {
    await prism.stop();
  }
} finally {
  await server.stop();
}
await linted;
