import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { CommandError } from "../config.ts";
import type { BuiltWorker } from "../shapes/build.ts";
import type { TableRow } from "../shapes/table.ts";
import { counted } from "../terminal.ts";
import type { Cloudflare, Share } from "./cloudflare.ts";
import { type CheckLine, go, noGo } from "./line.ts";
import { bundleLine, type ShipPlan, startLine } from "./plan.ts";
import { oneWorkerMessage } from "./release.ts";
import { readSecrets, type Secrets } from "./secrets-file.ts";
import type { Probe } from "./smoke.ts";
import type { ShipTarget } from "./target.ts";

/** The means to build, measure and try the Workers of a shape. */
export type ShapeOptions = {
  /** Builds them, each before its callers: the base first, the router last. */
  build: (env: string) => Promise<BuiltWorker[]>;
  measure: (built: readonly BuiltWorker[]) => Promise<TableRow[]>;
  /** One call of each part, without effect. */
  probes: readonly Probe[];
  /** A file of secrets for all Workers but the router. */
  secretsFile?: string | undefined;
};

/** A Worker of the shape: what was built, and what runs now. */
export type PartPlan = Pick<BuiltWorker, "part" | "name" | "folder"> & {
  /** Its traffic now; empty at its first deploy. */
  traffic: Share[];
  isWhole: ShipPlan["isWhole"];
};

export type ShapePlan = Pick<ShapeOptions, "probes"> & {
  /** Those that all Workers but the router get; undefined to leave theirs as they are. */
  secrets: Secrets | undefined;
  /** In the order of the deploy. */
  workers: PartPlan[];
  /** True if one Worker answers everything so far, until the router has its address. */
  isMove: boolean;
  lines: CheckLine[];
};

const Migrations = z.object({ migrations: z.array(z.object({ tag: z.string() })).default([]) });

/** Reads what is deployed of a shape, and decides the order of its deploy. Writes nothing. */
export async function planShape(
  target: ShipTarget,
  {
    built,
    rows,
    cloudflare,
    secretsFile,
    probes,
  }: {
    built: readonly BuiltWorker[];
    rows: readonly TableRow[];
    cloudflare: Cloudflare;
  } & Pick<ShapeOptions, "secretsFile" | "probes">,
): Promise<ShapePlan> {
  const given = secretsFile === undefined ? undefined : await readSecrets(secretsFile);
  const required = target.config.secrets?.required ?? [];
  const workers: PartPlan[] = [];
  const bare: string[] = [];
  // One after another: Cloudflare counts the calls of five minutes.
  for (const { part, name, folder, config } of built) {
    const { migrations } = Migrations.parse(config);
    const { isWhole, traffic, secrets } = await deployed(name, { migrations }, cloudflare);
    workers.push({ part, name, folder, traffic, isWhole });
    const has = [...secrets, ...Object.keys(given ?? {})];
    if (part !== "router" && required.some((secret) => !has.includes(secret))) bare.push(name);
  }
  const [base, router] = [workers[0], workers.at(-1)];
  const [now] = base?.traffic ?? [];
  const labels = base && now && (await cloudflare.labelsOf(base.name, now.version));
  const isMove = labels !== undefined && (router?.isWhole === "first" || labels.message === oneWorkerMessage);
  if (isMove && base?.isWhole) {
    throw new CommandError(
      `${base.name} answers everything until there is a router, and cannot change its Durable Objects before: ship it as one Worker first.`,
    );
  }
  return {
    // The one Worker goes on until the router has its address.
    workers: isMove && base ? [...workers.slice(1), base] : workers,
    isMove,
    secrets: given,
    probes,
    lines: [...sizeLines(rows), secretLine(required, bare), ...(isMove ? [addressLine(target)] : [])],
  };
}

/** One Worker at Cloudflare. Throws {@link CommandError} if its traffic is divided. */
export async function deployed(name: string, { migrations }: z.infer<typeof Migrations>, cloudflare: Cloudflare) {
  const [found, all, secrets] = await Promise.all([
    cloudflare.worker(name),
    cloudflare.traffic(name),
    cloudflare.secrets(name),
  ]);
  const traffic = all.filter(({ percentage }) => percentage > 0);
  if (traffic.length > 1) {
    const told = traffic.map(({ version, percentage }) => `${version} at ${percentage} %`).join(", ");
    throw new CommandError(
      `The traffic of ${name} is divided: ${told}. End that first: npx wrangler versions deploy VERSION@100% --name ${name}`,
    );
  }
  const isWhole: ShipPlan["isWhole"] =
    !found || traffic.length === 0
      ? "first"
      : found.migrationTag === migrations.at(-1)?.tag
        ? undefined
        : "durable objects";
  return { traffic, secrets, isWhole };
}

/** The sizes and starts against their budgets: each that is over, or the largest. */
export function sizeLines(rows: readonly TableRow[]): CheckLine[] {
  const measured = rows.filter(({ start }) => start !== undefined);
  const bundles = worst(
    rows,
    ({ kilobytes }) => kilobytes,
    ({ kilobytes }) => bundleLine(kilobytes),
  );
  const starts = worst(
    measured,
    ({ start }) => (typeof start === "number" ? start : Number.POSITIVE_INFINITY),
    ({ start }) => startLine(start),
  );
  return [...bundles, ...(starts.length > 0 ? starts : [startLine(undefined)])];
}

function worst(
  rows: readonly TableRow[],
  size: (row: TableRow) => number,
  line: (row: TableRow) => CheckLine,
): CheckLine[] {
  const lines = rows
    .toSorted((one, other) => size(other) - size(one))
    .map((row) => ({ ...line(row), of: row.name }))
    .map(({ of, ...told }) => ({ ...told, says: `${of}: ${told.says}` }));
  const over = lines.filter(({ verdict }) => verdict === "no-go");
  if (over.length > 0) return over;
  return lines
    .slice(0, 1)
    .map((told) => ({ ...told, says: `${counted(rows.length, "Worker")}, the most ${told.says}` }));
}

/** The text of all bundles. */
export async function textOfAll(built: readonly BuiltWorker[]): Promise<string> {
  const texts = await Promise.all(built.map(({ folder }) => readFile(join(folder, "index.js"), "utf8")));
  return texts.join("\n");
}

function secretLine(required: readonly string[], bare: readonly string[]): CheckLine {
  if (bare.length === 0) return go("secrets", `${required.join(", ") || "none"} set`);
  return noGo("secrets", `not all of ${required.join(", ")} in ${bare.join(", ")}: pass them by --secrets-file FILE`);
}

function addressLine({ config, worker }: ShipTarget): CheckLine {
  const own = [config.routes ?? [], config.route ?? []].flat().length > 0;
  return own
    ? go("address", "goes from the one Worker to the router")
    : noGo(
        "address",
        `workers.dev gives the router another one, and ${worker} loses its own: give the environment a domain`,
      );
}
