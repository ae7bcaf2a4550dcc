/** `npm run preflight [-- production]`: says go, no-go or unknown of all that a deploy depends on, without a network. */
import { parseArgs } from "node:util";
import { failWith, Problem, projectFolder } from "../config.ts";
import { printed } from "../ship/line.ts";
import { preflight } from "../ship/preflight.ts";

async function main(): Promise<void> {
  const { positionals: asked } = parseArgs({ allowPositionals: true, options: {} });
  const environments = asked.length > 0 ? asked : ["production", "staging"];
  for (const env of environments) {
    if (env !== "production" && env !== "staging") throw new Problem("npm run preflight -- production, or staging.");
  }
  const lines = await preflight(projectFolder, environments);
  console.log(printed(lines));
  const count = (verdict: string) => lines.filter((line) => line.verdict === verdict).length;
  console.log(`\n${count("go")} go, ${count("no-go")} no-go, ${count("unknown")} unknown.`);
  if (count("no-go") > 0) process.exitCode = 1;
}

if (import.meta.main) await main().catch(failWith);
