/**
 * `npm run chaos [-- --cells 500 --seed 1]`: has each call to the database, of every endpoint, meet each fault of
 * dev/local/chaos.ts. Fails unless every cell ends as promise 20 says. Without `--cells` it tries all of them.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { failWith, projectFolder } from "../config.ts";
import { wholeNumberOption } from "../terminal.ts";

async function main(): Promise<void> {
  const options = { cells: { type: "string", default: "1000000" }, seed: { type: "string", default: "0" } } as const;
  const { values } = parseArgs({ options });
  for (const [name, text] of Object.entries(values)) wholeNumberOption(name, text);
  const vitest = join(projectFolder, "node_modules", "vitest", "vitest.mjs");
  const env = { ...process.env, CHAOS_CELLS: values.cells, CHAOS_SEED: values.seed };
  const child = spawn(process.execPath, [vitest, "run", "--project", "worker", "test/house/chaos.test.ts"], {
    ...{ cwd: projectFolder, stdio: ["ignore", "pipe", "inherit"], env },
  });
  let result = "No cell was tried.";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    process.stdout.write(text);
    result = /\d+ of \d+ cells right.*/.exec(text)?.[0] ?? result;
  });
  const [code] = await once(child, "close");
  console.log(`${result}.`);
  process.exitCode = Number(code ?? 1);
}

await main().catch(failWith);
