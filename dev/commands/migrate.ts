/**
 * `npm run db:migrate [-- --env production]`: applies the migrations of `drizzle/` that the database lacks. It refuses where
 * one was skipped or is unknown, unless `--apply-skipped` or `--allow-ahead` says otherwise.
 */
import { parseArgs } from "node:util";
import { failWith } from "../config.ts";
import { againCommand, interruptible, type Progress } from "../interruption.ts";
import { explained } from "../local/explained.ts";
import { openDatabase } from "../local/open.ts";
import { environment } from "../local/target.ts";
import { migrate } from "../migrations/migrate.ts";
import { pendingIn } from "../migrations/pending.ts";

async function main(progress: Progress): Promise<void> {
  const { values } = parseArgs({
    options: { "apply-skipped": { type: "boolean" }, "allow-ahead": { type: "boolean" }, env: { type: "string" } },
  });
  const env = environment(values.env);
  const { database, where, close } = await openDatabase({ env });
  console.log(`Migrating ${where}${env === undefined ? "" : `, the database of ${env}`}.`);
  progress.at({
    doing: `migrating ${where}`,
    perhaps: "some of the pending migrations are applied, each as a whole.",
    next: [`Finish: ${againCommand("db:migrate", process.argv.slice(2))} (nothing is migrated twice)`],
    look: () => nowIn(values.env),
  });
  try {
    const count = await migrate(database, {
      log: console.log,
      stop: progress.stop,
      owner: env,
      applySkipped: values["apply-skipped"] ?? false,
      allowAhead: values["allow-ahead"] ?? false,
    });
    const done = count === 1 ? "1 migration was" : `${count} migrations were`;
    console.log(count === 0 ? `${where} is up to date.` : `${done} applied to ${where}.`);
    const isDeployed = env === "production" || env === "staging";
    console.log(isDeployed ? `Next: npm run ship -- ${env}.` : "Next: npm run dev.");
  } catch (error) {
    throw explained(error, where);
  } finally {
    await close();
  }
}

/** The state of the database now. The connection of the command that was ended is closed by then. */
async function nowIn(env: string | undefined): Promise<string> {
  const { database, close } = await openDatabase({ env: environment(env) });
  try {
    const missing = (await pendingIn(database)).map(({ tag }) => `drizzle/${tag}.sql`);
    return `Now: ${missing.length === 0 ? "every migration is applied" : `not applied ${missing.join(", ")}`}.`;
  } finally {
    await close();
  }
}

if (import.meta.main) await interruptible(main).catch(failWith);
