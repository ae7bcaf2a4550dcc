/**
 * `npm run fuzz -- --requests 10000 --seed 1`: sends every operation requests made from the contract's schemas, valid, at
 * their limits and mutated. Fails on an answer that the contract does not have. Without `--seed`, each run is another one.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { failWith, projectFolder } from "../config.ts";
import { wholeNumberOption } from "../terminal.ts";

async function main(): Promise<void> {
  const options = {
    requests: { type: "string", default: "10000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
  } as const;
  const { values } = parseArgs({ options });
  for (const [name, text] of Object.entries(values)) wholeNumberOption(name, text);
  const { requests: FUZZ_REQUESTS, seed: FUZZ_SEED } = values;
  console.log(`${FUZZ_REQUESTS} requests; --seed ${FUZZ_SEED} repeats them.`);
  const vitest = join(projectFolder, "node_modules", "vitest", "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", "--project", "worker", "test/house/fuzz.test.ts"], {
    ...{ cwd: projectFolder, stdio: "inherit", env: { ...process.env, FUZZ_REQUESTS, FUZZ_SEED } },
  });
  const [code] = await once(child, "close");
  process.exitCode = Number(code ?? 1);
}

await main().catch(failWith);
