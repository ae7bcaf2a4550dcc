import { join } from "node:path";
import { CommandError, describeDatabase } from "../config.ts";
import { Progress } from "../interruption.ts";
import { explained } from "../local/explained.ts";
import { postgres } from "../local/postgres.ts";
import type { Migration } from "../migrations/files.ts";
import { migrate } from "../migrations/migrate.ts";
import { clientChanges } from "./clients.ts";
import { type Cloudflare, openCloudflare, UnreadError } from "./cloudflare.ts";
import { effectsOf, readDatabasePlan } from "./database.ts";
import { deletionText, leftOver } from "./left-over.ts";
import type { CheckLine } from "./line.ts";
import { type Bundle, type Measured, measure } from "./measure.ts";
import { planText, type ShipPlan, verdicts, wholeBecause } from "./plan.ts";
import { type ReleaseOptions, release, urlOf } from "./release.ts";
import { deployed, planShape, type ShapeOptions, textOfAll } from "./shape-plan.ts";
import { releaseShape } from "./shape-release.ts";
import { readTarget, refuseMoved, type ShipTarget, type TargetOptions } from "./target.ts";
import { type Wrangler, wranglerIn } from "./wrangler.ts";

export type ShipOptions = TargetOptions &
  Pick<ReleaseOptions, "steps" | "pause" | "patience" | "log"> & {
    isDryRun: boolean;
    /** Asks once, after the plan. */
    confirm: (question: string) => Promise<boolean>;
    /** The names of lines that are no-go, and are accepted. */
    accepted: string[];
    /** The URL of the smoke test, if that is not the one of wrangler.toml. */
    url: string | undefined;
    /** Runs the checks of preflight for the environment. */
    check: (target: ShipTarget, bundle: Bundle) => Promise<CheckLine[]>;
    measure?: typeof measure;
    /** The shape of several Workers; undefined for one. */
    shape?: ShapeOptions | undefined;
    /** Hears of each stage, and tells where a signal ends this; by default none does. */
    progress?: Progress;
    /** The command that ships the same again. */
    again?: string;
    /** A PostgreSQL to try the migrations on; by default one is started. */
    admin?: string;
  };

/** Plans, asks, migrates, uploads, tests, promotes. Throws {@link CommandError} with what was left behind. */
export async function ship(options: ShipOptions): Promise<void> {
  const { log, progress = new Progress(), again = `npm run ship -- ${options.env}` } = options;
  progress.at({ doing: "planning" });
  if (options.shape && options.steps.length > 0) {
    throw new CommandError(
      "--steps is for one Worker: Cloudflare would divide the traffic of each Worker by itself, so that an older one calls a newer one at random.",
    );
  }
  const target = await readTarget(options);
  const wrangler = wranglerIn(target.project, options.variables, progress.stop);
  const cloudflare = await openCloudflare(wrangler, options.variables, target.config.account_id ?? undefined);
  const plan = await planOf(target, wrangler, cloudflare, options);
  log(planText(target, plan));
  const stops = verdicts(target, plan).filter(
    ({ name, verdict }) => verdict === "no-go" && !options.accepted.includes(name),
  );
  if (stops.length > 0) {
    const names = [...new Set(stops.map(({ name }) => name))];
    throw new CommandError(
      `Nothing was changed. No-go: ${names.join(", ")}. Mend it, or say that you mean it: ${names.map((name) => `--accept "${name}"`).join(" ")}`,
    );
  }
  if (options.isDryRun) return log("\n--dry-run: nothing was changed.");
  progress.at({ doing: "asking" });
  if (!(await options.confirm(`Ship ${target.commit} to ${target.env}?`)))
    throw new CommandError("Nothing was changed.");
  await refuseMoved(target, "Nothing was changed. Ship again, for a new plan.");
  const releasing = { ...options, cloudflare, wrangler, progress, again };
  await migrateDatabase(target, plan, releasing);
  await (plan.shape
    ? releaseShape(target, plan, plan.shape, releasing)
    : release(target, plan, releasing).catch((error: unknown) => {
        if (error instanceof CommandError && !(error instanceof UnreadError)) throw error;
        // An answer that nobody can read comes at any step.
        throw new CommandError(`${error instanceof Error ? error.message : error}\n${progress.left()}`);
      }));
  if (plan.leftOver.length > 0) log(deletionText(plan.leftOver));
}

async function planOf(
  target: ShipTarget,
  wrangler: Wrangler,
  cloudflare: Cloudflare,
  options: ShipOptions,
): Promise<ShipPlan> {
  const { project, worker } = target;
  const database = await readDatabasePlan(target);
  const { traffic, secrets, isWhole } = await deployed(worker, target.config, cloudflare);
  const { steps, pause } = options;
  if (isWhole && steps.length > 0) {
    throw new CommandError(
      `Cloudflare gives ${wholeBecause(isWhole)} all traffic at once, so --steps does not apply: leave it out. Nothing was changed.`,
    );
  }
  const [current] = traffic;
  const running = current && (await cloudflare.labelsOf(worker, current.version)).commit;
  const { bundle, start, shape } = await measured(target, wrangler, cloudflare, options);
  // The router of a shape is what the world reaches.
  const router = shape?.workers.find(({ part }) => part === "router");
  const reached = router ?? { name: worker, isWhole };
  return {
    account: cloudflare.account,
    traffic,
    running,
    isWhole,
    url: options.url ?? (await urlOf({ ...target, worker: reached.name }, cloudflare, reached)),
    database,
    effects: await effectsOf(project, database.pending, options.admin),
    secrets,
    clients: await clientChanges(project, running),
    bundle: bundle.kilobytes,
    start,
    checks: await options.check(target, bundle),
    shape,
    rollout: { steps, pause },
    leftOver: await leftOver(worker, shape?.workers.map(({ name }) => name) ?? [], cloudflare),
  };
}

/** Builds and measures what would be uploaded. */
async function measured(
  target: ShipTarget,
  wrangler: Wrangler,
  cloudflare: Cloudflare,
  options: ShipOptions,
): Promise<Measured & Pick<ShipPlan, "shape">> {
  if (!options.shape) return { ...(await (options.measure ?? measure)(wrangler, target.env)), shape: undefined };
  const built = await options.shape.build(target.env);
  const rows = await options.shape.measure(built);
  const shape = await planShape(target, { ...options.shape, built, rows, cloudflare });
  const kilobytes = built.reduce((sum, worker) => sum + worker.kilobytes, 0);
  return { bundle: { text: await textOfAll(built), kilobytes }, start: undefined, shape };
}

async function migrateDatabase(
  target: ShipTarget,
  plan: ShipPlan,
  { log, progress, again }: Pick<ReleaseOptions, "log" | "progress" | "again">,
): Promise<void> {
  const { project, env, databaseUrl } = target;
  const where = describeDatabase(databaseUrl);
  const { pending } = plan.database;
  progress.at({
    doing: `migrating ${where}`,
    perhaps: "some of the pending migrations are applied, each as a whole. The Worker was not touched.",
    next: [
      `Finish: ${again} (nothing is migrated twice)`,
      `Back: not needed, ${plan.traffic.length > 0 ? "the older version goes on with what is applied" : "nothing is deployed"}`,
    ],
    look: async () => `Now: ${await appliedOf(target, pending)}`,
  });
  const database = postgres(databaseUrl);
  try {
    const options = { folder: join(project, "drizzle"), log, expected: pending, owner: env, stop: progress.stop };
    const count = await migrate(database, options);
    const told = count === 0 ? `${where} is up to date.` : `${where} is migrated.`;
    log(told);
    progress.did(told);
  } catch (error) {
    const told = explained(error, where);
    const why = told instanceof Error ? told.message : String(told);
    const now = plan.traffic.length > 0 ? "The older version goes on." : "Nothing is deployed.";
    throw new CommandError(
      `${why}\nThe Worker was not touched. ${now} Migrations that were applied before the fault stay, and are not applied again.`,
    );
  } finally {
    await database.close();
  }
}

/** The planned migrations that the database has by now, and those that it lacks. */
async function appliedOf(target: ShipTarget, planned: readonly Migration[]): Promise<string> {
  const { pending } = await readDatabasePlan(target);
  const isPending = ({ tag }: Migration) => pending.some((other) => other.tag === tag);
  const named = (migrations: readonly Migration[]) => migrations.map(({ tag }) => `drizzle/${tag}.sql`).join(", ");
  return [
    `applied ${named(planned.filter((one) => !isPending(one))) || "none"}`,
    `not applied ${named(planned.filter(isPending)) || "none"}.`,
  ].join("; ");
}
