import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { postgres } from "../../../dev/local/postgres.ts";
import { copyDatabase, type ThrowawayDatabase } from "../../../dev/local/throwaway/database.ts";
import { growths } from "../../../dev/simulate/growth.ts";
import { simulationReport } from "../../../dev/simulate/simulate.ts";
import { simulate, type Year } from "../../../dev/simulate/year.ts";
import { connect } from "../../../src/db/client.ts";
import { allTasks } from "../../../src/tasks/index.ts";

let copy: ThrowawayDatabase;
beforeAll(async () => {
  copy = await copyDatabase(inject("postgres"), inject("template"));
});
afterAll(() => copy.drop());

async function yearWith(settings: Record<string, string>): Promise<Year[]> {
  const owner = postgres(copy.url);
  const place = { DATABASE_URL: copy.url, NEON_FETCH_ENDPOINT: inject("neonEndpoint") };
  const SECRET_KEY = randomBytes(32).toString("hex");
  const bindings = { ENVIRONMENT: "test", SECRET_KEY, ...place, ...settings };
  const worker = connect({ ...place, DATABASE_TIMEOUT_MS: 30_000 });
  try {
    return await simulate({ owner, worker, bindings }, { rps: 100, days: 365, sample: 3_650 });
  } finally {
    await owner.run({ query: "truncate users cascade", params: [] });
    await owner.close();
  }
}

describe("npm run simulate", () => {
  it("runs a purge of each table that has one", () => {
    const purges = allTasks.map(({ name }) => name);
    for (const { purge } of growths) expect(["", ...purges]).toContain(purge);
  });

  it("names what bounds each table that still grows after a year", async () => {
    const usual = await yearWith({});
    const grows = usual.filter(({ isSteady }) => !isSteady).map(({ table, bound }) => `${table}: ${bound}`);
    expect(grows).toStrictEqual(["items: kept by its owner: ROWS_PER_OWNER", "audit_events: AUDIT_RETENTION_DAYS"]);
    const bounded = await yearWith({ AUDIT_RETENTION_DAYS: "90" });
    expect(bounded.filter(({ isSteady }) => !isSteady).map(({ table }) => table)).toStrictEqual(["items"]);
    const rowsOf = (table: string) => bounded.findLast((year) => year.table === table)?.rows ?? 0;
    // The rows that 100 requests a second leave in 90, 180 and 7 days, within the coarseness of the sample.
    expect(rowsOf("audit_events") / (0.6 * 86_400 * 90)).toBeCloseTo(1, 1);
    expect(rowsOf("sessions") / (0.5 * 86_400 * 180)).toBeCloseTo(1, 1);
    expect(rowsOf("tasks") / (0.1 * 86_400 * 7)).toBeCloseTo(1, 0);
  });

  it("tells what breaks first", () => {
    const year = { perDay: 10, rows: 3_650, bytes: 2 ** 30, bound: "A_SETTING" };
    const text = simulationReport(
      [
        { ...year, table: "quiet", isSteady: true, load: 0.02 },
        { ...year, table: "busy", isSteady: true, load: 0.5 },
        { ...year, table: "large", isSteady: false, load: 0 },
      ],
      100,
      365,
    );
    expect(text).toContain(
      "Storage breaks first: large grows by 3 MiB a day, and only its bound ends that: A_SETTING.",
    );
    expect(text).toContain(
      "that of busy is the first that could not follow: on this machine, at 200 requests a second.",
    );
  });
});
