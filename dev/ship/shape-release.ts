import { CommandError } from "../config.ts";
import type { Stage } from "../interruption.ts";
import { shellWord } from "../terminal.ts";
import type { Share } from "./cloudflare.ts";
import type { ShipPlan } from "./plan.ts";
import { partMessage, type ReleaseOptions, reported, specified, stateOf } from "./release.ts";
import { withSecretsFile } from "./secrets-file.ts";
import type { PartPlan, ShapePlan } from "./shape-plan.ts";
import { smoke } from "./smoke.ts";
import { refuseMoved, type ShipTarget } from "./target.ts";
import { lastWords, type WranglerRun } from "./wrangler.ts";

/**
 * Uploads every Worker, and then gives each its traffic, the router last: most faults are met before anything changes.
 * Where a later step fails, takes back what it can, and throws {@link CommandError} with the state that is left.
 */
export async function releaseShape(
  target: ShipTarget,
  plan: ShipPlan,
  shape: ShapePlan,
  options: ReleaseOptions,
): Promise<void> {
  const { log, patience, progress } = options;
  /** The Workers whose new version has traffic, newest first. */
  const changed: PartPlan[] = [];
  try {
    await refuseMoved(target, "No Worker was touched.");
    const uploaded = await withSecretsFile(shape.secrets, (file) =>
      uploadAll({ target, shape, changed }, file, options),
    );
    for (const worker of shape.workers)
      await promote(worker, uploaded.get(worker.name), { target, shape, changed }, options);
    const base = shape.workers.find(({ part }) => part === "base");
    const [now] = await options.cloudflare.traffic(base?.name ?? "");
    progress.at({ ...leading({ target, shape, changed }, options), doing: "testing all of them at the router" });
    if (!plan.url) log("No URL of the router is known, so it was not tested.");
    else {
      const fault = await smoke(
        { url: plan.url, version: now?.version, commit: target.commit, probes: shape.probes },
        { log, stop: progress.stop, ...(patience !== undefined && { patience }) },
      );
      if (fault) throw new CommandError(`The smoke test fails: ${fault}.`);
    }
  } catch (error) {
    // An error of any kind leaves the Workers that have changed.
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${why}\n${await takenBack(target, shape, changed, options)}`);
  }
  await deployTriggers({ target, shape, changed }, options);
  progress.did("Routes and schedules are deployed.");
  log(`All ${shape.workers.length} Workers have their new version.`);
  log(wayBack(target, shape, changed));
}

type At = { target: ShipTarget; shape: ShapePlan; changed: PartPlan[] };

/** Uploads a version of each Worker that has one. A part that is new is deployed: no older Worker calls it. */
async function uploadAll(at: At, secrets: string | undefined, options: ReleaseOptions): Promise<Map<string, string>> {
  const { target, shape } = at;
  const uploaded = new Map<string, string>();
  for (const worker of shape.workers) {
    if (worker.isWhole && worker.part !== "router") await deployWhole(worker, at, options, secrets);
    if (worker.isWhole) continue;
    options.progress.at({
      ...leading(at, options),
      ...looking(worker, options),
      doing: `uploading a version of ${worker.name}`,
      perhaps: `a version of ${worker.name} is uploaded, which has no traffic.`,
    });
    const ran = await attempted(options, "versions", "upload", ...described(worker, target, secrets));
    const version = reported(ran, "version_id");
    if (ran.code !== 0 || !version) throw failed("upload", worker, ran);
    uploaded.set(worker.name, version);
    options.progress.did(`Uploaded version ${version} of ${worker.name}.`);
  }
  if (uploaded.size > 0)
    options.log(`Uploaded ${uploaded.size} of ${shape.workers.length} Workers, without traffic yet.`);
  return uploaded;
}

async function promote(worker: PartPlan, version: string | undefined, at: At, options: ReleaseOptions): Promise<void> {
  if (worker.part === "router" && worker.isWhole) return deployWhole(worker, at, options);
  if (version === undefined) return;
  const { cloudflare, log, progress } = options;
  progress.at({
    ...leading(at, options, worker),
    ...looking(worker, options),
    doing: `giving version ${version} of ${worker.name} all traffic`,
    perhaps: `version ${version} of ${worker.name} has all traffic.`,
  });
  const now = await cloudflare.traffic(worker.name);
  const known = [version, ...worker.traffic.map((share) => share.version)];
  const stranger = now.find((share) => share.percentage > 0 && !known.includes(share.version));
  if (stranger)
    throw new CommandError(`Somebody else has deployed version ${stranger.version} of ${worker.name} meanwhile.`);
  const ran = await attempted(
    options,
    "versions",
    "deploy",
    ...sharing([{ version, percentage: 100 }], worker, at.target.commit),
  );
  // A call that failed may have had its effect.
  if (ran.code === 0 || (await hasTraffic(worker, version, options))) at.changed.unshift(worker);
  if (ran.code !== 0) throw failed("promotion", worker, ran);
  const told = `Version ${version} of ${worker.name} has all traffic.`;
  log(told);
  progress.did(told);
  // The one Worker has the address until the router has it.
  if (worker.part !== "router" || !at.shape.isMove) return;
  progress.at({
    ...leading(at, options),
    doing: `giving ${worker.name} its routes`,
    perhaps: `the address leads to ${worker.name} already.`,
  });
  const triggers = await attempted(options, "triggers", "deploy", `--config=${worker.folder}/wrangler.json`);
  if (triggers.code !== 0) throw failed("deploy of the routes and schedules", worker, triggers);
}

/** Applies routes and schedules, when no version is taken back any more. Parts have none, and a whole deploy includes them. */
async function deployTriggers(at: At, options: ReleaseOptions): Promise<void> {
  const { target, shape, changed } = at;
  const own = shape.workers.filter(({ part, isWhole }) => !isWhole && (part === "base" || part === "router"));
  for (const { name, folder } of own) {
    const config = `--config=${folder}/wrangler.json`;
    options.progress.at({
      ...leading(at, options),
      doing: `deploying routes and schedules of ${name}`,
      perhaps: `some routes and schedules of ${name} are new, and the others are those of before.`,
    });
    const triggers = await attempted(options, "triggers", "deploy", config);
    if (triggers.code === 0) continue;
    throw new CommandError(
      `All ${shape.workers.length} Workers have their new version, but routes and schedules of ${name} may be those of before:\n` +
        `${lastWords(triggers)}\nNext: npx wrangler triggers deploy ${shellWord(config)}\n${wayBack(target, shape, changed)}`,
    );
  }
}

/** Runs wrangler. A run whose report is torn is one that failed, and may have had its effect. */
async function attempted({ wrangler }: ReleaseOptions, ...args: string[]): Promise<WranglerRun> {
  return wrangler(...args).catch((error: unknown) => ({ code: 1, said: String(error), events: [] }));
}

/** Makes a deploy that Cloudflare takes in one piece only: the first, or one with a change of Durable Objects. */
async function deployWhole(worker: PartPlan, at: At, options: ReleaseOptions, secrets?: string): Promise<void> {
  const { target, changed } = at;
  options.progress.at({
    ...leading(at, options),
    ...looking(worker, options),
    doing: `deploying ${worker.name} at once`,
    perhaps: `${worker.name} is deployed with its new version, which stays.`,
  });
  const ran = await attempted(options, "deploy", ...described(worker, target, secrets));
  const now = await options.cloudflare.traffic(worker.name).catch(() => undefined);
  const isThere =
    now === undefined || now.some(({ version }) => !worker.traffic.some((old) => old.version === version));
  if (ran.code === 0 || isThere) changed.unshift(worker);
  if (ran.code !== 0) throw failed("deploy", worker, ran);
  const told = `${worker.name} is deployed at once: ${worker.isWhole === "first" ? "it is new" : "its Durable Objects change"}.`;
  options.log(told);
  options.progress.did(told);
}

async function hasTraffic({ name }: PartPlan, version: string, { cloudflare }: ReleaseOptions): Promise<boolean> {
  const now = await cloudflare.traffic(name).catch(() => undefined);
  // One that nobody can see is taken back as well.
  return now === undefined || now.some((share) => share.version === version && share.percentage > 0);
}

/** Gives their traffic back to the versions that had it, and tells the state that is left. */
async function takenBack(
  target: ShipTarget,
  shape: ShapePlan,
  changed: readonly PartPlan[],
  options: ReleaseOptions,
): Promise<string> {
  const stuck: PartPlan[] = [];
  const { progress } = options;
  for (const worker of changed.filter(canGoBack)) {
    if (progress.stop.aborted) break;
    progress.at({
      ...leading({ target, shape, changed: [...changed] }, options),
      ...looking(worker, options),
      doing: `taking back ${worker.name}, because the new versions have failed`,
      perhaps: `${worker.name} runs its older version again.`,
    });
    const ran = await attempted(
      options,
      "versions",
      "deploy",
      ...sharing(worker.traffic, worker, `back from ${target.commit}`),
    );
    if (ran.code !== 0) stuck.push(worker);
    else progress.did(`Taken back: ${worker.name}.`);
  }
  const back = changed.filter((worker) => canGoBack(worker) && !stuck.includes(worker));
  const fresh = changed.filter(({ isWhole }) => isWhole === "first");
  const objects = changed.filter(({ isWhole }) => isWhole === "durable objects");
  const isAtRouter = shape.isMove && changed.some(({ part }) => part === "router");
  return [
    ...(back.length > 0 ? [`Taken back: ${named(back)}.`] : []),
    ...(stuck.length > 0
      ? [`Not taken back, and perhaps of the new version: ${named(stuck)}. Next:`, ...stuck.map(backLine)]
      : []),
    ...(objects.length > 0
      ? [`Of the new version, since no change of Durable Objects is taken back: ${named(objects)}.`]
      : []),
    ...(fresh.length > 0 ? [`New, and not called by those that were there: ${named(fresh)}.`] : []),
    ...(isAtRouter ? [`The address may lead to the router already. ${oneWorker(target)}`] : []),
    changed.length === back.length
      ? "Each Worker that was there runs its older version, on the migrated database."
      : "All others run their older version, on the migrated database.",
    "Mend it, and ship again: nothing is migrated twice.",
  ].join("\n");
}

/** The commands that lead on from a stage, or back from it. `next` may have changed already. */
function leading({ target, shape, changed }: At, { again }: ReleaseOptions, next?: PartPlan): Pick<Stage, "next"> {
  const touched = [...(next ? [next] : []), ...changed];
  const back =
    touched.length === 0
      ? "Back: not needed, each Worker that was there runs its older version"
      : wayBack(target, shape, touched);
  return { next: [`Finish: ${again}`, back] };
}

/** Reads the traffic of one Worker. */
function looking({ name }: PartPlan, { cloudflare }: ReleaseOptions): Pick<Stage, "look"> {
  return { look: async () => `${name}: ${await stateOf(name, cloudflare)}` };
}

function wayBack(target: ShipTarget, shape: ShapePlan, changed: readonly PartPlan[]): string {
  if (shape.isMove) return oneWorker(target);
  const able = changed.filter(canGoBack);
  if (able.length === 0) return "There is no version before it to go back to: mend it, and ship again.";
  const unable = changed.filter((worker) => !canGoBack(worker));
  const stays = unable.length > 0 ? `, and so do ${named(unable)}` : "";
  return [`To take it back, in this order (the database stays as it is now${stays}):`, ...able.map(backLine)].join(
    "\n",
  );
}

function oneWorker({ env }: ShipTarget): string {
  return `To take it back, have one Worker serve everything again: npm run ship -- ${env}`;
}

function canGoBack({ isWhole }: PartPlan): boolean {
  return isWhole === undefined;
}

function backLine({ name, traffic }: PartPlan): string {
  return `npx wrangler rollback ${traffic[0]?.version} --name ${name} --yes`;
}

function named(workers: readonly PartPlan[]): string {
  return workers.map(({ name }) => name).join(", ");
}

function failed(step: string, { name }: PartPlan, ran: WranglerRun): CommandError {
  return new CommandError(`The ${step} of ${name} failed:\n${lastWords(ran)}`);
}

function described({ folder, part }: PartPlan, { commit, worker }: ShipTarget, secrets: string | undefined): string[] {
  return [
    ...[`--config=${folder}/wrangler.json`, `--tag=${commit}`, `--message=${partMessage(worker)}`],
    ...(secrets !== undefined && part !== "router" ? [`--secrets-file=${secrets}`] : []),
  ];
}

function sharing(shares: readonly Share[], { folder }: PartPlan, message: string): string[] {
  return [...shares.map(specified), "--yes", `--config=${folder}/wrangler.json`, `--message=${message}`];
}
