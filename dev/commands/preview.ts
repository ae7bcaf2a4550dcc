/**
 * `npm run preview -- up my-branch`: a Worker and a branch of the database for one change. `down my-branch` removes both,
 * `sweep --days 7` those that are older. `--optional` ends well where no account is given at all, as in a new repository.
 */
import { parseArgs } from "node:util";
import { CommandError, failWith, projectFolder } from "../config.ts";
import { interruptible, type Progress } from "../interruption.ts";
import { withoutAccounts } from "../preview/neon.ts";
import { previewDown, previewSweep, previewUp } from "../preview/preview.ts";
import { wholeNumberOption } from "../terminal.ts";

const usage = "npm run preview -- up NAME, down NAME, or sweep [--days 7].";

async function main(progress: Progress): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { days: { type: "string", default: "7" }, optional: { type: "boolean", default: false } },
  });
  const [verb, name, ...rest] = positionals;
  const options = { project: projectFolder, variables: process.env, log: console.log, progress };
  if (rest.length > 0 || (verb === "sweep") !== (name === undefined)) throw new CommandError(usage);
  const lacking = values.optional ? withoutAccounts(process.env) : undefined;
  if (lacking !== undefined) console.log(lacking);
  else if (verb === "up" && name !== undefined) await previewUp(name, options);
  else if (verb === "down" && name !== undefined) await previewDown(name, options);
  else if (verb === "sweep") await previewSweep(wholeNumberOption("days", values.days, { max: 9_999 }), options);
  else throw new CommandError(usage);
}

if (import.meta.main) await interruptible(main).catch(failWith);
