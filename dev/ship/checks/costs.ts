import { Cron } from "croner";
import { type CheckLine, checkLines, go, noGo, unknown } from "../line.ts";
import { type EnvironmentConfig, ownDomains } from "../wrangler-toml.ts";

/** Subrequests that a request may make, by Cloudflare's plans. */
const subrequests = { free: 50, paid: 10_000 };

/** Finds settings that work here, and are refused or cost money in a deployment. */
export function costLines(config: EnvironmentConfig): CheckLine[] {
  const { limits, triggers, placement, observability, vars } = config;
  const isWoken = config.durable_objects.bindings.some(({ name }) => name === "TASK_ALARM");
  const crons = triggers.crons ?? [];
  return [
    limits
      ? noGo(
          "limits",
          "a Free account refuses the deploy with them (100328), and 30 s of CPU are the Paid plan's default: take them out",
        )
      : go("limits", "none, which both plans take"),
    subrequestLine(Number(vars.SUBREQUESTS || subrequests.free)),
    ...checkLines("schedules", scheduleFaults(crons, isWoken), "let the database sleep"),
    ...checkLines(
      "logs",
      [
        ...(isLogging(observability) ? [] : ["observability is off: nobody sees what happens"]),
        ...(observability?.logs?.invocation_logs === false
          ? []
          : ["invocation_logs double the price of the logs, and hold URLs"]),
        ...(observability?.redact_query_string
          ? []
          : ["the platform's lines hold the queries of URLs, which may be secret"]),
        ...(observability?.traces?.enabled ? [] : ["traces are off"]),
      ],
      "each request has one line and a trace",
    ),
    ...checkLines(
      "version",
      config.version_metadata?.binding === "CF_VERSION_METADATA"
        ? []
        : ["GET /version and the smoke test need the binding CF_VERSION_METADATA"],
      "GET /version tells it",
    ),
    placementLine(placement),
    domainLine(config),
    ...checkLines(
      "compatibility date",
      config.compatibility_date && config.compatibility_date <= new Date().toISOString().slice(0, 10)
        ? []
        : [`${config.compatibility_date ?? "none"} is not in the past: Cloudflare refuses it`],
      config.compatibility_date ?? "",
    ),
    unknown("plan", "Free or Paid is known to the account alone: see docs/deploy.md for what each refuses"),
  ];
}

/** True if any line of the Worker is kept. */
function isLogging(observability: EnvironmentConfig["observability"]): boolean {
  const { enabled, head_sampling_rate, logs } = observability ?? {};
  return enabled === true && logs?.enabled !== false && head_sampling_rate !== 0 && logs?.head_sampling_rate !== 0;
}

/** Finds schedules that Cloudflare refuses, and those that come too often or too rarely. */
function scheduleFaults(crons: readonly string[], isWoken: boolean): string[] {
  const misspelt = crons.filter((cron) => !isCron(cron));
  if (misspelt.length > 0) return misspelt.map((cron) => `"${cron}" is no cron expression of five fields`);
  const gaps = gapsOf(crons);
  const most = Math.max(...gaps);
  // Neon suspends after five minutes. Two hours of that are well, as at night.
  const isAwake = gaps.filter((gap) => gap <= 5).length > 24;
  return [
    ...(crons.length > 5 ? [`${crons.length} schedules: the Free plan has 5 for the whole account`] : []),
    ...(isWoken && isAwake
      ? ["a schedule of every few minutes never lets the database sleep, and TASK_ALARM wakes tasks without it"]
      : []),
    ...(isWoken && most > 60
      ? ["nothing looks each hour for what TASK_ALARM missed, and the purges wait as well: add 0 * * * *"]
      : []),
    ...(!isWoken && most > 1 ? ["without TASK_ALARM, tasks need the schedule * * * * *"] : []),
  ];
}

function isCron(cron: string): boolean {
  try {
    return new Cron(cron, { mode: "5-part", paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}

/** The minutes between the runs of a day, of all schedules together; infinite where there are none. */
function gapsOf(crons: readonly string[]): number[] {
  const [begin, day] = [Date.UTC(2026, 0, 5), 86_400_000];
  const minutes = crons.flatMap((cron) => {
    const runs = new Cron(cron, { mode: "5-part", timezone: "UTC", paused: true }).nextRuns(1_440, new Date(begin - 1));
    return runs.map((run) => (run.getTime() - begin) / 60_000).filter((minute) => minute < day / 60_000);
  });
  const runs = [...new Set(minutes)].toSorted((one, other) => one - other);
  const [first] = runs;
  if (first === undefined) return [Number.POSITIVE_INFINITY];
  // The day after begins like this one.
  return runs.map((run, place) => (runs[place + 1] ?? first + day / 60_000) - run);
}

function subrequestLine(asked: number): CheckLine {
  if (asked > subrequests.paid)
    return noGo("subrequests", `SUBREQUESTS is ${asked}: the Paid plan has ${subrequests.paid}`);
  if (asked > subrequests.free)
    return unknown(
      "subrequests",
      `SUBREQUESTS is ${asked}: the Paid plan has as many, the Free plan ${subrequests.free}`,
    );
  return go("subrequests", `${asked}, which both plans have`);
}

function placementLine(placement: EnvironmentConfig["placement"]): CheckLine {
  if (placement && "region" in placement && placement.region && !/^(aws|gcp|azure):[\w-]+$/.test(placement.region))
    return noGo("placement", `the region ${placement.region} lacks its provider, as in aws:eu-central-1`);
  if (placement && "region" in placement && placement.region)
    return go("placement", `beside the database in ${placement.region}`);
  if (placement?.mode === "smart")
    return unknown("placement", "smart, which needs traffic to learn: name the database's region instead");
  return noGo("placement", "none: each round trip to the database crosses the world");
}

function domainLine(config: EnvironmentConfig): CheckLine {
  const domains = ownDomains(config);
  if (domains.length > 0) return go("cache", `answers are cached at ${domains.join(", ")}`);
  if (config.workers_dev === false)
    return noGo("domain", "workers_dev is false, and there are no routes: nobody reaches it");
  return noGo(
    "cache",
    "workers.dev caches nothing: answers that may be cached reach the database each time. Give it a domain of its own (routes)",
  );
}
