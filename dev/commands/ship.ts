/**
 * `npm run ship -- production`: shows what a deploy would do, asks once, then migrates, uploads, tests and promotes. With
 * `--dry-run` it only shows. `npm run deploy -- --env production` is the same.
 */
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { failWith, Problem, projectFolder } from "../config.ts";
import { environmentLines } from "../ship/checks/all.ts";
import { ship } from "../ship/ship.ts";

async function main(): Promise<void> {
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
    },
  });
  const [env = values.env, ...rest] = positionals;
  if (rest.length > 0 || (values.env !== undefined && values.env !== env)) {
    throw new Problem("Name one environment: npm run ship -- production, or staging.");
  }
  await ship({
    project: projectFolder,
    env,
    variables: process.env,
    isDryRun: values["dry-run"],
    accepted: values.accept,
    steps: stepsIn(values.steps),
    pause: numberIn(values.pause, "--pause", 0, 86_400),
    url: values.url,
    log: console.log,
    confirm: values.yes ? async () => true : confirm,
    check: environmentLines,
  });
}

function stepsIn(text: string): number[] {
  const steps = text
    .split(",")
    .filter((step) => step.trim() !== "")
    .map((step) => numberIn(step, "--steps", 1, 99));
  if (steps.every((step, place) => step > (steps[place - 1] ?? 0))) return steps;
  throw new Problem("--steps are percentages that grow, such as 10,50.");
}

function numberIn(text: string, name: string, least: number, most: number): number {
  const number = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Problem(`${name} takes whole numbers from ${least} to ${most}, not ${text}.`);
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Problem("Nothing was changed: there is nobody to ask. Add --yes if you mean it.");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`\n${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

if (import.meta.main) await main().catch(failWith);
