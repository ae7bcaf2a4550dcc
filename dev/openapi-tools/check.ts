/**
 * `npm run openapi:tools`: two linters find nothing in openapi.json, every example fits its schema, and four generators
 * take the document as it is, with output that compiles under `strict`.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { examplesOf } from "./examples.ts";

const here = import.meta.dirname;
const openapi = join(here, "..", "..", "openapi.json");
const out = join(here, "out");
const bin = (name: string) => join(here, "node_modules", ".bin", name);
const environment = { ...process.env, OPENAPI: openapi, OUT: out, REDOCLY_TELEMETRY: "off", NO_COLOR: "1" };

/** Runs a tool, which must succeed and say `sign`, and nothing of a warning. */
async function run(step: string, tool: string, args: string[], sign = ""): Promise<void> {
  const started = performance.now();
  const { stdout, stderr } = await promisify(execFile)(bin(tool), args, { cwd: here, env: environment });
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

await rm(out, { recursive: true, force: true });
await mkdir(out);
const { count, faults } = examplesOf(JSON.parse(await readFile(openapi, "utf8")));
if (count === 0 || faults.length > 0) throw new Error(["Examples that do not fit:", ...faults].join("\n"));
console.log(`${count} examples fit their schemas`);
await run(
  "Redocly, recommended",
  "redocly",
  ["lint", openapi, "--max-problems=1000"],
  "Your API description is valid.",
);
await run("Spectral, spectral:oas", "spectral", ["lint", "--fail-severity=hint", openapi], "No results");
await run("openapi-typescript", "openapi-typescript", [openapi, "--output", join(out, "openapi-typescript", "api.ts")]);
const parts = ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"];
await run("hey-api", "openapi-ts", ["--input", openapi, "--output", join(out, "hey-api"), "--plugins", ...parts]);
await run("orval", "orval", ["--config", "orval.config.mjs"]);
await run("kubb", "kubb", ["generate", "--config", "kubb.config.mjs"]);
await cp(join(here, "codes.ts"), join(out, "codes.ts"));
await writeFile(join(out, "tsconfig.json"), JSON.stringify(tsconfig));
await run("TypeScript, strict", "tsc", ["--project", out]);
