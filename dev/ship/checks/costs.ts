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
    ...checkLines(
      "schedules",
      [
        ...(crons.length > 5 ? [`${crons.length} schedules: the Free plan has 5 for the whole account`] : []),
        ...(isWoken && crons.some((cron) => /^\*(\/[1-4])? /.test(cron))
          ? ["a schedule of every few minutes never lets the database sleep, and TASK_ALARM wakes tasks without it"]
          : []),
        ...(!isWoken && !crons.some((cron) => cron.startsWith("* "))
          ? ["without TASK_ALARM, tasks need the schedule * * * * *"]
          : []),
      ],
      "let the database sleep",
    ),
    ...checkLines(
      "logs",
      [
        ...(observability?.enabled ? [] : ["observability is off: nobody sees what happens"]),
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
  if (placement && "region" in placement && placement.region)
    return go("placement", `beside the database in ${placement.region}`);
  if (placement?.mode === "smart")
    return unknown("placement", "smart, which needs traffic to learn: name the database's region instead");
  return noGo("placement", "none: each round trip to the database crosses the world");
}

function domainLine(config: EnvironmentConfig): CheckLine {
  const domains = ownDomains(config);
  if (domains.length > 0) return go("cache", `answers are cached at ${domains.join(", ")}`);
  return noGo(
    "cache",
    "workers.dev caches nothing: answers that may be cached reach the database each time. Give it a domain of its own (routes)",
  );
}
