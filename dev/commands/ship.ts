/**
 * `npm run ship -- production`: shows what a deploy would do, asks once, then migrates, uploads, tests and promotes.
 * `--dry-run` only shows, `--yes` does not ask. `--steps 10,50` promotes to these percentages first, with `--pause 60` seconds
 * after each. `--accept NAME` ships in spite of that no-go, `--url` names where the smoke test finds the Worker.
 * `--shape group` ships several Workers, the router last; `--secrets-file FILE` has what those that are new need.
 * `npm run deploy -- --env production` is the same.
 */
import { parseArgs } from "node:util";
import { CommandError, failWith, projectFolder } from "../config.ts";
import { againCommand, interruptible, type Progress } from "../interruption.ts";
import { shapeOptions } from "../shapes/shipping.ts";
import { environmentLines } from "../ship/checks/all.ts";
import type { ShapeOptions } from "../ship/shape-plan.ts";
import { ship } from "../ship/ship.ts";
import { confirmed, progressOn, wholeNumberOption } from "../terminal.ts";

/** The Workers of a shape whose start is measured here: npm run preflight measures all. */
const starts = 12;
const nobodyToAsk = "Nothing was changed: there is nobody to ask. Add --yes if you mean it.";

async function main(progress: Progress): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      env: { type: "string", short: "e" },
      "dry-run": { type: "boolean", default: false },
      yes: { type: "boolean", short: "y", default: false },
      accept: { type: "string", multiple: true, default: [] },
      steps: { type: "string", default: "" },
      pause: { type: "string", default: "60" },
      url: { type: "string" },
      shape: { type: "string", default: "single" },
      "secrets-file": { type: "string" },
    },
  });
  const [env = values.env, ...rest] = positionals;
  if (rest.length > 0 || (values.env !== undefined && values.env !== env)) {
    throw new CommandError("Name one environment: npm run ship -- production, or staging.");
  }
  await ship({
    project: projectFolder,
    env,
    variables: process.env,
    isDryRun: values["dry-run"],
    accepted: values.accept,
    steps: stepsIn(values.steps),
    pause: wholeNumberOption("pause", values.pause, { min: 0, max: 86_400 }),
    url: values.url,
    log: console.log,
    confirm: async (question) => values.yes || confirmed(`\n${question}`, nobodyToAsk),
    check: environmentLines,
    progress,
    again: againCommand("ship", process.argv.slice(2)),
    shape: await shapeNamed(values.shape, values["secrets-file"]),
  });
}

async function shapeNamed(name: string, secretsFile: string | undefined): Promise<ShapeOptions | undefined> {
  if (name !== "single") return shapeOptions(name, { secretsFile, starts, tell: progressOn() });
  if (secretsFile === undefined) return undefined;
  throw new CommandError(
    "--secrets-file is for --shape group and --shape endpoint: npx wrangler secret put serves one Worker.",
  );
}

function stepsIn(text: string): number[] {
  const steps = text
    .split(",")
    .filter((step) => step.trim() !== "")
    .map((step) => wholeNumberOption("steps", step.trim(), { min: 1, max: 99 }));
  if (steps.every((step, index) => step > (steps[index - 1] ?? 0))) return steps;
  throw new CommandError("--steps are percentages that grow, such as 10,50.");
}

if (import.meta.main) await interruptible(main).catch(failWith);
