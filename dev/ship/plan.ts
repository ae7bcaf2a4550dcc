import { changeReport, refused } from "../commands/contract.ts";
import { describeDatabase } from "../config.ts";
import { lockMeans, type MigrationEffects } from "../migrations/watch.ts";
import { bundleBudget, startBudget } from "./budgets.ts";
import type { ClientChanges } from "./clients.ts";
import type { Share } from "./cloudflare.ts";
import type { DatabasePlan, TableSize } from "./database.ts";
import { type CheckLine, go, noGo, printed, unknown } from "./line.ts";
import type { MeasuredStart } from "./measure.ts";
import type { ShapePlan } from "./shape-plan.ts";
import type { ShipTarget } from "./target.ts";

/** Everything that was read before anything is written. */
export type ShipPlan = {
  account: { id: string; name: string };
  /** The traffic of the Worker now; empty at its first deploy. */
  traffic: Share[];
  /** The commit that runs, where its version has told. */
  running: string | undefined;
  /** True if a version cannot be uploaded beside the one that runs: it is the first, or it changes Durable Objects. */
  isWhole: "first" | "durable objects" | undefined;
  /** The URL of the smoke test; undefined if it is known only after the upload. */
  url: string | undefined;
  database: DatabasePlan;
  effects: MigrationEffects[];
  secrets: string[];
  clients: ClientChanges;
  bundle: number;
  start: MeasuredStart;
  checks: CheckLine[];
  /** Undefined for one Worker. */
  shape: ShapePlan | undefined;
  /** Percentages of the traffic before all of it, and the seconds after each. */
  rollout: { steps: readonly number[]; pause: number };
  /** The Workers that are parts no more, and stay deployed. */
  leftOver: string[];
};

/** The lines that decide about this deploy, those of `checks` first. */
export function verdicts(target: ShipTarget, plan: ShipPlan): CheckLine[] {
  const breaks = plan.effects.flatMap(({ file, breaks }) => breaks.map(({ change }) => `${file}: ${change}`));
  return [
    ...plan.checks,
    ...(plan.shape?.lines ?? [bundleLine(plan.bundle), startLine(plan.start), secretLine(target, plan)]),
    breaks.length > 0
      ? go("older version", `its file says why it may: ${breaks.join("; ")}`)
      : go("older version", "no migration takes anything from it"),
    clientLine(plan.clients),
  ];
}

function secretLine({ config, env }: ShipTarget, { secrets }: ShipPlan): CheckLine {
  const required = config.secrets?.required ?? [];
  const missing = required.filter((name) => !secrets.includes(name));
  return missing.length > 0
    ? noGo("secrets", `not set: ${missing.map((name) => `npx wrangler secret put ${name} --env ${env}`).join("; ")}`)
    : go("secrets", `${required.join(", ") || "none"} set`);
}

/** The size of the bundle against its budget. */
export function bundleLine(kilobytes: number): CheckLine {
  const size = `${kb(kilobytes)} gzipped`;
  return kilobytes > bundleBudget
    ? noGo("bundle", `${size}, over its budget of ${bundleBudget} kB`)
    : go("bundle", `${size}, of ${bundleBudget} kB`);
}

/** The start-up against its budget. */
export function startLine(start: MeasuredStart): CheckLine {
  if (typeof start === "object") return noGo("start-up", start.fault);
  if (start === undefined) return unknown("start-up", "could not be profiled here");
  const told = `${Math.round(start)} ms of CPU here, of ${startBudget} ms`;
  if (start <= startBudget) return go("start-up", told);
  return noGo("start-up", `${told}, the least of three: on a busy machine, try later, or --accept start-up`);
}

function clientLine({ since, changes }: ClientChanges): CheckLine {
  if (changes === undefined) return unknown("clients", "there is no earlier contract to compare with");
  const broken = refused(changes).length;
  const told = changeReport(changes, false).at(-1) ?? "";
  return broken > 0 ? noGo("clients", `since ${since}: ${told}`) : go("clients", `since ${since}: ${told}`);
}

/** The plan for people, from what is to be touched to what may go wrong. */
export function planText(target: ShipTarget, plan: ShipPlan): string {
  const { account, database, traffic } = plan;
  const ran = plan.running ? ` (commit ${plan.running})` : "";
  const workers = plan.shape?.workers ?? [{ name: target.worker, part: "base", traffic }];
  return [
    `Ship ${target.commit} to ${target.env}`,
    `  account   ${account.name} (${account.id})`,
    ...workers.map(({ name, part, traffic: now }) => `  Worker    ${name}${told(now)}${part === "base" ? ran : ""}`),
    ...plan.leftOver.map(
      (name) => `  Worker    ${name}, left over: it is no part any more, and stays until you delete it`,
    ),
    `  URL       ${plan.url ?? "told by the upload"}`,
    `  database  ${describeDatabase(target.databaseUrl)}`,
    `  rollout   ${rolloutText(plan)}`,
    "",
    ...migrationLines(database, plan.effects),
    "",
    printed(verdicts(target, plan)),
  ].join("\n");
}

/** The reason for which a version gets all traffic at once. */
export function wholeBecause(isWhole: ShipPlan["isWhole"]): string {
  return isWhole === "first" ? "the first deploy" : "a change of Durable Objects";
}

function rolloutText({ shape, isWhole, rollout: { steps, pause } }: ShipPlan): string {
  if (shape) return "all traffic of each Worker at once, the router last";
  if (isWhole) return `all traffic at once: this is ${wholeBecause(isWhole)}`;
  if (steps.length === 0) return "all traffic after the smoke test";
  return `${[...steps, 100].map((step) => `${step} %`).join(", then ")}, with ${pause} s after each step`;
}

function told(traffic: readonly Share[]): string {
  const now = traffic.map(({ version, percentage }) => `${version} at ${percentage} %`).join(", ");
  return now ? `, now ${now}` : ", its first deploy";
}

function migrationLines({ pending, upgrades, sizes }: DatabasePlan, effects: MigrationEffects[]): string[] {
  if (pending.length === 0 && !upgrades) return ["No migration is pending."];
  return [
    `${pending.length} pending migration${pending.length === 1 ? "" : "s"}:`,
    ...(upgrades ? ["  drizzle/history: replaces older migrations"] : []),
    ...pending.flatMap(({ tag, inTransaction }) => {
      const file = `drizzle/${tag}.sql`;
      const locks = effects.find((effect) => effect.file === file)?.locks ?? [];
      const none = inTransaction
        ? "locks no table that is there"
        : "outside a transaction; each statement waits by itself";
      return [
        `  ${file}`,
        ...(locks.length === 0
          ? [`    ${none}`]
          : locks.map(
              (lock) => `    ${lock.table} (${sizeOf(lock.table, sizes)}): ${lock.mode}, ${lockMeans(lock.mode)}`,
            )),
      ];
    }),
  ];
}

function sizeOf(table: string, sizes: TableSize[]): string {
  const found = sizes.find((size) => size.table === table);
  if (!found) return "not there yet";
  const bytes =
    found.bytes < 1_000_000
      ? kb(found.bytes / 1_000)
      : `${Math.round(found.bytes / 1_000_000).toLocaleString("en")} MB`;
  return `${bytes}, ${found.rows === undefined ? "rows not counted yet" : `about ${found.rows.toLocaleString("en")} rows`}`;
}

function kb(kilobytes: number): string {
  return `${Math.round(kilobytes).toLocaleString("en")} kB`;
}
