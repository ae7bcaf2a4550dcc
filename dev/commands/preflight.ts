/**
 * `npm run preflight [-- production]`: says go, no-go or unknown of all that a deploy depends on, without a network.
 * `--shape group` measures each of its Workers.
 */
import { parseArgs } from "node:util";
import { CommandError, failWith, projectFolder } from "../config.ts";
import { interruptible, type Progress } from "../interruption.ts";
import { shapeOptions } from "../shapes/shipping.ts";
import { printed } from "../ship/line.ts";
import { preflight } from "../ship/preflight.ts";
import { progressOn } from "../terminal.ts";

async function main(progress: Progress): Promise<void> {
  const { values, positionals: asked } = parseArgs({
    allowPositionals: true,
    options: { shape: { type: "string", default: "single" } },
  });
  const environments = asked.length > 0 ? asked : ["production", "staging"];
  for (const env of environments) {
    if (env !== "production" && env !== "staging")
      throw new CommandError("npm run preflight -- production, or staging.");
  }
  const tell = progressOn();
  const starts = Number.POSITIVE_INFINITY;
  const shape = values.shape === "single" ? undefined : await shapeOptions(values.shape, { starts, tell });
  progress.at({ doing: "checking" });
  const lines = await preflight(projectFolder, environments, { shape, tell, stop: progress.stop });
  tell.end();
  console.log(printed(lines));
  const count = (verdict: string) => lines.filter((line) => line.verdict === verdict).length;
  console.log(`\n${count("go")} go, ${count("no-go")} no-go, ${count("unknown")} unknown.`);
  if (count("no-go") > 0) process.exitCode = 1;
}

if (import.meta.main) await interruptible(main).catch(failWith);
