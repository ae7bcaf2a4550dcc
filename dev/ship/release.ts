import { setTimeout as delay } from "node:timers/promises";
import { CommandError } from "../config.ts";
import type { Progress } from "../interruption.ts";
import type { Cloudflare, Share } from "./cloudflare.ts";
import { type ShipPlan, wholeBecause } from "./plan.ts";
import { smoke } from "./smoke.ts";
import { refuseMoved, type ShipTarget } from "./target.ts";
import { lastWords, type Wrangler, type WranglerRun } from "./wrangler.ts";

export type ReleaseOptions = {
  cloudflare: Cloudflare;
  wrangler: Wrangler;
  log: (line: string) => void;
  progress: Progress;
  /** The command that ships the same again. */
  again: string;
  /** Percentages of the traffic before all of it. */
  steps: number[];
  /** Seconds that each step lasts before the next. */
  pause: number;
  /** Seconds for which a smoke test is repeated. */
  patience?: number;
};

/**
 * Uploads the Worker, tests it before it has traffic, and gives it the traffic. Throws {@link CommandError} with the state that
 * is left behind, and the way on.
 */
export async function release(target: ShipTarget, plan: ShipPlan, options: ReleaseOptions): Promise<void> {
  await refuseMoved(target, unchanged(plan.traffic));
  await (plan.isWhole ? releaseWhole(target, plan, options) : releaseVersion(target, plan, options));
}

/** Makes a deploy that Cloudflare takes in one piece only: the first, or one with a change of Durable Objects. */
async function releaseWhole(target: ShipTarget, plan: ShipPlan, options: ReleaseOptions): Promise<void> {
  const { log, wrangler, cloudflare, patience, progress, again } = options;
  const { stop } = progress;
  const back =
    plan.traffic.length > 0
      ? "Cloudflare takes no version back across a change of Durable Objects: mend it, and ship again."
      : "There is no version before it to go back to: mend it, and ship again.";
  const stage = { next: [`Finish: ${again}`, `Back: ${back}`], look: () => stateOf(target.worker, cloudflare) };
  progress.at({
    ...stage,
    doing: `deploying ${target.worker} at once`,
    perhaps: "the new version has all traffic, with or without its routes and schedules.",
  });
  log(`Deploying at once, because this is ${wholeBecause(plan.isWhole)}: a gradual rollout is impossible.`);
  const ran = await wrangler("deploy", ...labels(target));
  if (ran.code !== 0) await failed(ran, "deploy", target, plan, options);
  const [now] = await cloudflare.traffic(target.worker);
  await refuseMoved(target, `Version ${now?.version} has all traffic, and may hold something else: ship again.`);
  const url = plan.url ?? (await urlOf(target, cloudflare, plan)) ?? reported(ran, "targets");
  progress.did(`Version ${now?.version} has all traffic, and is not tested yet.`);
  progress.at({ ...stage, doing: "testing it" });
  if (!url) return log(`Version ${now?.version} has all traffic. No URL of it is known, so it was not tested. ${back}`);
  const fault = await smoke(
    { url, version: now?.version, commit: target.commit },
    { log, stop, ...(patience !== undefined && { patience }) },
  );
  if (fault)
    throw new CommandError(`Version ${now?.version} has all traffic, and its smoke test fails: ${fault}. ${back}`);
  log(`Version ${now?.version} has all traffic. ${back}`);
}

async function releaseVersion(target: ShipTarget, plan: ShipPlan, options: ReleaseOptions): Promise<void> {
  const { log, wrangler, cloudflare, patience, progress, again } = options;
  const { stop } = progress;
  const old = plan.traffic;
  const look = () => stateOf(target.worker, cloudflare);
  progress.at({
    doing: `uploading a version of ${target.worker}`,
    perhaps: `a version is uploaded, which has no traffic: npx wrangler versions list --env ${target.env}`,
    next: [`Finish: ${again}`, "Back: not needed, the older version has all traffic"],
    look,
  });
  const ran = await wrangler("versions", "upload", ...labels(target));
  const version = reported(ran, "version_id");
  if (ran.code !== 0 || !version) return failed(ran, "upload", target, plan, options);
  log(`Uploaded version ${version}, which has no traffic yet.`);
  progress.did(`Uploaded version ${version}.`);
  const restart = { next: [`Finish: ${again}`, backTo(old, target)], look };
  progress.at({ ...restart, doing: "looking for its URL" });
  await refuseMoved(target, `Version ${version} may hold something else, and has no traffic. ${unchanged(old)}`);

  const own = reported(ran, "preview_url");
  const url = own ?? plan.url;
  if (!url) {
    throw new CommandError(
      `Version ${version} is uploaded and has no traffic. No URL of it is known: name one by --url. ${unchanged(old)}`,
    );
  }
  // A version without a URL of its own answers once it is part of the deployment, with no share of its traffic.
  if (!own) {
    progress.at({
      ...restart,
      doing: `making version ${version} a part of the deployment`,
      perhaps: `version ${version} is a part of it, with 0 % of the traffic.`,
    });
    await shift([...old, { version, percentage: 0 }], "0 %", version, target, plan, options);
    progress.did(`Version ${version} is a part of the deployment, with 0 % of the traffic.`);
  }
  progress.at({ ...restart, doing: `testing version ${version}` });
  const tested = { url, override: own ? undefined : target.worker, version, commit: target.commit };
  const fault = await smoke(tested, { log, stop, ...(patience !== undefined && { patience }) });
  if (fault) {
    if (!own) await goBack(target, { version, fault }, plan, options);
    throw new CommandError(
      `The smoke test of version ${version} fails: ${fault}. It has no traffic. ${unchanged(old)}`,
    );
  }

  const triggersNext = `npx wrangler triggers deploy --env ${target.env}`;
  const going = {
    next: [
      `Finish: ${deployOf([{ version, percentage: 100 }], target)}`,
      `and then: ${triggersNext}`,
      backTo(old, target),
    ],
    look,
  };
  for (const percentage of [...options.steps, 100]) {
    const shares =
      percentage === 100
        ? [{ version, percentage }]
        : [...old.map((share) => ({ ...share, percentage: 100 - percentage })), { version, percentage }];
    progress.at({
      ...going,
      doing: `giving version ${version} ${percentage} % of the traffic`,
      perhaps: `version ${version} has ${percentage} % of the traffic.`,
    });
    await shift(shares, `${percentage} %`, version, target, plan, options);
    progress.did(`Version ${version} has ${percentage} % of the traffic.`);
    log(`Version ${version} has ${percentage} % of the traffic.`);
    if (percentage === 100) break;
    progress.at({ ...going, doing: `version ${version} has ${percentage} % of the traffic for ${options.pause} s` });
    await delay(options.pause * 1_000, undefined, { signal: stop });
    const later = await smoke(tested, { log, stop, patience: 0 });
    if (later) {
      await goBack(target, { version, fault: later }, plan, options);
      throw new CommandError(
        `At ${percentage} % version ${version} fails: ${later}. It has no traffic any more. ${unchanged(old)}`,
      );
    }
  }
  progress.at({
    doing: "deploying routes and schedules",
    perhaps: "some of the routes and schedules are new, and the others are those of before.",
    next: [`Finish: ${triggersNext}`, takeBack(target, old)],
    look,
  });
  const triggers = await wrangler("triggers", "deploy", `--env=${target.env}`);
  if (triggers.code !== 0) {
    throw new CommandError(
      `Version ${version} has all traffic, but its routes and schedules are those of before:\n${lastWords(triggers)}\n` +
        `Next: ${triggersNext}\n${takeBack(target, old)}`,
    );
  }
  progress.did("Routes and schedules are deployed.");
  progress.at({ doing: "looking at the traffic", next: [takeBack(target, old)] });
  const now = await cloudflare.traffic(target.worker);
  if (now[0]?.version !== version) log(`Cloudflare now reports version ${now[0]?.version}: someone else is deploying.`);
  log(takeBack(target, old));
}

/** Deploys these shares. Refuses if the traffic is not where the plan has left it. */
async function shift(
  shares: Share[],
  name: string,
  version: string,
  target: ShipTarget,
  plan: ShipPlan,
  { wrangler, cloudflare }: ReleaseOptions,
): Promise<void> {
  const now = await cloudflare.traffic(target.worker);
  const stranger = strangerIn(now, version, plan);
  if (stranger) {
    throw new CommandError(
      `Somebody else has deployed version ${stranger.version} meanwhile, and it stays. Version ${version} is uploaded and has no ` +
        "traffic. Look at what they did, and ship again.",
    );
  }
  const ran = await wrangler(
    "versions",
    "deploy",
    ...shares.map(specified),
    "--yes",
    `--env=${target.env}`,
    `--message=${target.commit} at ${name}`,
  );
  if (ran.code === 0) return;
  const left = await stateOf(target.worker, cloudflare);
  throw new CommandError(
    `Version ${version} could not be given ${name} of the traffic:\n${lastWords(ran)}\n${left}\n` +
      `On: ${deployOf([{ version, percentage: 100 }], target)}\n${backTo(plan.traffic, target)}`,
  );
}

/** A version with traffic that is neither this one nor one of those before it. */
function strangerIn(now: readonly Share[], version: string, plan: ShipPlan): Share | undefined {
  const known = [version, ...plan.traffic.map((share) => share.version)];
  return now.find((share) => share.percentage > 0 && !known.includes(share.version));
}

/** Gives all traffic to the versions that had it, unless somebody else has deployed. */
async function goBack(
  target: ShipTarget,
  { version, fault }: { version: string; fault: string },
  plan: ShipPlan,
  options: ReleaseOptions,
): Promise<void> {
  options.progress.at({
    doing: `taking back version ${version}, which has failed`,
    perhaps: `version ${version} has its traffic still.`,
    next: [backTo(plan.traffic, target)],
    look: () => stateOf(target.worker, options.cloudflare),
  });
  // An answer that nobody can read must not keep a failing version in service.
  const now = await options.cloudflare.traffic(target.worker).catch(() => []);
  const theirs = strangerIn(now, version, plan);
  if (theirs) {
    throw new CommandError(
      `Version ${version} fails: ${fault}. Somebody else has deployed version ${theirs.version} meanwhile, and it stays. Look at ` +
        "what they did.",
    );
  }
  const shares = plan.traffic.map(specified);
  const ran = await options.wrangler(
    "versions",
    "deploy",
    ...shares,
    "--yes",
    `--env=${target.env}`,
    `--message=back from ${target.commit}`,
  );
  if (ran.code === 0) return;
  throw new CommandError(
    `Version ${version} fails: ${fault}. It could not be taken back:\n${lastWords(ran)}\n${await stateOf(target.worker, options.cloudflare)}\n` +
      backTo(plan.traffic, target),
  );
}

async function failed(
  ran: WranglerRun,
  step: string,
  target: ShipTarget,
  plan: ShipPlan,
  options: ReleaseOptions,
): Promise<never> {
  throw new CommandError(
    `The ${step} failed:\n${lastWords(ran)}\n${await stateOf(target.worker, options.cloudflare)} ${unchanged(plan.traffic)}`,
  );
}

/** The traffic as Cloudflare tells it now. */
export async function stateOf(worker: string, cloudflare: Cloudflare): Promise<string> {
  const now = await cloudflare.traffic(worker).catch(() => undefined);
  if (now === undefined)
    return `Cloudflare does not tell which version has the traffic of ${worker}: npx wrangler deployments status`;
  if (now.length === 0) return `${worker} has no deployment.`;
  return `Now: ${now.map(({ version, percentage }) => `version ${version} at ${percentage} %`).join(", ")}.`;
}

function unchanged(old: Share[]): string {
  return old.length > 0
    ? "The older version goes on, on the migrated database. Mend it, and ship again: nothing is migrated twice."
    : "The database is migrated. Mend it, and ship again: nothing is migrated twice.";
}

function takeBack({ env }: ShipTarget, old: Share[]): string {
  return `To take it back: npx wrangler rollback ${old[0]?.version} --env ${env} --yes (the database stays as it is now)`;
}

function deployOf(shares: readonly Share[], { env }: ShipTarget): string {
  return `npx wrangler versions deploy ${shares.map(specified).join(" ")} --env ${env}`;
}

function backTo(old: readonly Share[], target: ShipTarget): string {
  return `Back: ${deployOf(old, target)}`;
}

/** The message of a version that is the whole API in one Worker. */
export const oneWorkerMessage = "Shipped by npm run ship";

/** The message of a version that is a part of the API whose base is this Worker. */
export function partMessage(worker: string): string {
  return `${oneWorkerMessage} -- --shape: ${worker}`;
}

/** A share as wrangler takes it. */
export function specified({ version, percentage }: Share): string {
  return `${version}@${percentage}%`;
}

function labels({ env, commit }: ShipTarget): string[] {
  return [`--env=${env}`, `--tag=${commit}`, `--message=${oneWorkerMessage}`];
}

/** A text of wrangler's report, or the first of a list. */
export function reported({ events }: WranglerRun, name: string): string | undefined {
  for (const event of events) {
    const value = event[name];
    const text = Array.isArray(value) ? value[0] : value;
    if (typeof text === "string" && text !== "") return text;
  }
  return undefined;
}

/** The URL of the Worker: its own domain, or that of the account at workers.dev. */
export async function urlOf(
  { config, worker }: Pick<ShipTarget, "config" | "worker">,
  cloudflare: Cloudflare,
  { isWhole }: Pick<ShipPlan, "isWhole">,
): Promise<string | undefined> {
  const routes = [config.routes ?? [], config.route ?? []].flat();
  const [own] = routes.flatMap(hostOf);
  // A version beside others is tested before its routes are deployed: a new domain leads nowhere until then.
  const isNew = !isWhole && own?.isDomain && !(await cloudflare.domains(worker)).includes(own.host);
  if (own && !isNew) return `https://${own.host}`;
  // Wrangler closes it where there are routes.
  if (!isNew && !(config.workers_dev ?? routes.length === 0)) return undefined;
  const subdomain = await cloudflare.subdomain();
  return subdomain && `https://${worker}.${subdomain}.workers.dev`;
}

/** The host of a route that leads there with all paths. */
function hostOf(route: string | { pattern: string; custom_domain?: boolean | undefined }) {
  const { pattern, custom_domain: isDomain = false } = typeof route === "string" ? { pattern: route } : route;
  const [, host] = (isDomain ? /^(.+)$/ : /^(?:https?:\/\/)?([\w.-]+)\/\*$/).exec(pattern) ?? [];
  return host === undefined ? [] : [{ host, isDomain }];
}
