/**
 * `npm run build`: makes what a deploy uploads, and sends it nowhere. `--env staging` builds another environment than
 * production. `--shape group` makes a Worker for each group of endpoints, `--shape endpoint` one for each endpoint, and prints
 * their sizes, their start-ups and the commands that deploy them; `--shape single` does so for the one Worker. Of several
 * Workers, the start-up of twelve is measured, or of as many as `--starts 100` says.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CommandError, failWith, projectFolder } from "../config.ts";
import { soundEndpoints } from "../endpoints.ts";
import { buildFolder, buildShape } from "../shapes/build.ts";
import { deployScript } from "../shapes/deploy.ts";
import { shapeNamed } from "../shapes/shipping.ts";
import { measured, tableOf } from "../shapes/table.ts";
import { measure } from "../ship/measure.ts";
import { wranglerIn, wranglerScript } from "../ship/wrangler.ts";
import { progressOn, wholeNumberOption } from "../terminal.ts";

const wrangler = wranglerIn(projectFolder, process.env);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      shape: { type: "string" },
      env: { type: "string", default: "production" },
      starts: { type: "string", default: "12" },
    },
  });
  const { env } = values;
  const endpoints = soundEndpoints();
  await import("../build/assets.ts");
  const starts = wholeNumberOption("starts", values.starts, { max: 1_000 });
  if (values.shape === undefined || values.shape === "single") {
    await buildOne(env);
    if (values.shape !== undefined) console.log(tableOf([await rowOfOne(env, endpoints.length)]));
    return;
  }
  const shape = shapeNamed(values.shape);
  const folder = buildFolder(shape, env);
  const tell = progressOn();
  tell.say("Building the Workers");
  const built = await buildShape(endpoints, { shape, env, folder });
  const rows = await measured(built, starts, tell);
  tell.end();
  console.log(tableOf(rows));
  console.log(await deployScript(built, folder));
}

async function buildOne(env: string): Promise<void> {
  const outdir = join(projectFolder, ".plinth", "build");
  const args = ["deploy", "--dry-run", `--env=${env}`, "--outdir", outdir];
  const child = spawn(process.execPath, [wranglerScript, ...args], { cwd: projectFolder, stdio: "inherit" });
  const [code] = await once(child, "close");
  if (code !== 0) throw new CommandError("The Worker cannot be built; the reason is above.");
}

async function rowOfOne(env: string, endpoints: number) {
  const { bundle, start } = await measure(wrangler, env);
  return { name: "the Worker", endpoints, kilobytes: bundle.kilobytes, start };
}

await main().catch(failWith);
