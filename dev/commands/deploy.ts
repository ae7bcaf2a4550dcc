/**
 * `npm run deploy -- --env production`: migrates the database of `DATABASE_URL`, then hands everything after `--` on to
 * `wrangler deploy`. With `--dry-run` it only builds.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { describeDatabase, failWith, Problem, projectFolder } from "../config.ts";
import { isLocal } from "../local/target.ts";

const usage = "npm run deploy -- --env production, or --env staging";

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const { values } = parseArgs({
    args,
    strict: false,
    allowPositionals: true,
    options: { env: { type: "string", short: "e" }, "dry-run": { type: "boolean" } },
  });
  const { env } = values;
  if (env !== "production" && env !== "staging") {
    throw new Problem(`Name the environment: ${usage}. Without one, wrangler would make a third Worker.`);
  }
  if (!values["dry-run"]) {
    refuseDatabase(process.env.DATABASE_URL, env);
    await run(join(projectFolder, "dev/commands/migrate.ts"), "--env", env);
  }
  // Deploys a front end only where it was named: the example is for the developer's machine.
  process.env.FRONT_END ??= "";
  const wrangler = dirname(createRequire(import.meta.url).resolve("wrangler/package.json"));
  await run(join(wrangler, "bin/wrangler.js"), "deploy", ...tagged(args));
}

/** Names the commit as the version's tag, which `GET /version` tells; none outside a repository. */
function tagged(args: string[]): string[] {
  if (args.some((arg) => arg === "--tag" || arg.startsWith("--tag="))) return args;
  const { status, stdout } = spawnSync("git", ["rev-parse", "--short=12", "HEAD"], {
    cwd: projectFolder,
    encoding: "utf8",
  });
  return status === 0 ? [...args, "--tag", stdout.trim()] : args;
}

/** Ignores `.dev.vars`, which names the developer's own database. */
function refuseDatabase(url: string | undefined, env: string): void {
  if (!url) throw new Problem(`DATABASE_URL is not set: pass that of ${env}, whose migrations come before its Worker.`);
  if (isLocal(url)) {
    throw new Problem(
      `DATABASE_URL names ${describeDatabase(url)}, which a deployed Worker cannot reach: pass that of ${env}.`,
    );
  }
}

async function run(script: string, ...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [script, ...args], { cwd: projectFolder, stdio: "inherit" });
  const [code] = await once(child, "exit");
  if (code !== 0) process.exit(code ?? 1);
}

await main().catch(failWith);
