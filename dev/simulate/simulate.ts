/**
 * `npm run simulate [-- --rps 100 --days 365 --sample 100000]`: shows how large each table gets under such traffic, and what breaks first.
 * Settings such as `AUDIT_RETENTION_DAYS` come from the environment. Uses a PostgreSQL of its own, and no time but its own.
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { connect } from "../../src/db/client.ts";
import { settingNames } from "../../src/settings.ts";
import { startDatabase } from "../bench/tools.ts";
import { closing } from "../closing.ts";
import { failWith } from "../config.ts";
import { postgres } from "../local/postgres.ts";
import { textTable, wholeNumberOption } from "../terminal.ts";
import { simulate, type Year } from "./year.ts";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rps: { type: "string", default: "100" },
      days: { type: "string", default: "365" },
      sample: { type: "string", default: "100000" },
    },
  });
  const rps = wholeNumberOption("rps", values.rps, { min: 1, max: 100_000 });
  const days = wholeNumberOption("days", values.days, { min: 2, max: 3_650 });
  const sample = wholeNumberOption("sample", values.sample, { min: 1_000, max: 10_000_000 });
  const years = await closing(async (open) => {
    const { url, endpoint } = await startDatabase(open);
    const owner = postgres(url);
    open.push(() => owner.close());
    const given = Object.entries(process.env).filter(([name]) => settingNames.includes(name));
    const bindings = {
      ...Object.fromEntries(given),
      ...{ ENVIRONMENT: "test", DATABASE_URL: url, NEON_FETCH_ENDPOINT: endpoint },
      SECRET_KEY: randomBytes(32).toString("hex"),
    };
    const worker = connect({ DATABASE_URL: url, NEON_FETCH_ENDPOINT: endpoint, DATABASE_TIMEOUT_MS: 30_000 });
    return simulate({ owner, worker, bindings }, { rps, days, sample });
  });
  console.log(simulationReport(years, rps, days));
}

/** The table, and the sentence that an operator needs. */
export function simulationReport(years: readonly Year[], rps: number, days: number): string {
  const rows = years.map((year) => [
    year.table,
    year.perDay.toLocaleString("en"),
    year.rows.toLocaleString("en"),
    `${(year.bytes / 2 ** 30).toFixed(2)} GiB`,
    year.isSteady ? "steady" : "grows",
    year.load === 0 ? "–" : `${(year.load * 100).toFixed(1)} %`,
    `  ${year.bound}`,
  ]);
  const heads = ["table", "rows a day", `after ${days} days`, "size", "then", "its purge", "  a row stays for"];
  const growing = years.filter(({ isSteady }) => !isSteady);
  const busiest = years.toSorted((a, b) => b.load - a.load)[0];
  const largest = growing.toSorted((a, b) => b.bytes - a.bytes)[0];
  return [
    `${rps} requests a second for ${days} days:`,
    "",
    textTable(heads, rows),
    "",
    largest
      ? `Storage breaks first: ${largest.table} grows by ${(largest.bytes / days / 2 ** 20).toFixed(0)} MiB a day, and only its bound ends that: ${largest.bound}.`
      : "No table grows any more.",
    ...(busiest && busiest.load > 0
      ? [
          `Of the purges, that of ${busiest.table} is the first that could not follow: on this machine, at ${Math.floor(rps / busiest.load).toLocaleString("en")} requests a second.`,
        ]
      : []),
  ].join("\n");
}

if (import.meta.main) await main().catch(failWith);
