import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { benchPage, benchTable, type ChartRow } from "../../../dev/bench/chart.ts";
import { together } from "../../../dev/bench/load.ts";
import { acceptedUntil, isAccepted, Public, type Sent, statusesOf } from "../../../dev/bench/open-loop.ts";
import { goodput, type Overload, overloadTable } from "../../../dev/bench/overload.ts";
import { median, quantile } from "../../../dev/bench/tools.ts";
import { projectFolder } from "../../../dev/config.ts";
import { textTable, wholeNumberOption } from "../../../dev/terminal.ts";

const health: ChartRow = {
  name: "GET /health",
  status: 200,
  perSecond: 4321.6,
  median: 1.26,
  p99: 20,
  cpu: 140.4,
  databaseCpu: 80.2,
  bare: { cpu: 100, databaseCpu: 40 },
  roundTrips: 0,
  bytes: 673,
};
const search: ChartRow = {
  ...health,
  name: 'GET /items?q=<b>&"',
  perSecond: 0,
  cpu: undefined,
  roundTrips: 1,
  bare: { cpu: 1, databaseCpu: 0 },
};

/** The command as a developer runs it. */
async function command(script: string, ...args: string[]) {
  return promisify(execFile)(process.execPath, [join(projectFolder, "dev", script), ...args]).then(
    () => ({ code: 0, stderr: "" }),
    (error: { code: number; stderr: string }) => error,
  );
}

describe("the benchmarks' tables", () => {
  it("align text to the left and figures to the right", () => {
    expect(
      textTable(
        ["what", "ms"],
        [
          ["a", "1.5"],
          ["longer", "10"],
        ],
      ),
    ).toBe(["what     ms", "------  ---", "a       1.5", "longer   10"].join("\n"));
  });

  it("print one line for each request, and a dash for unknown CPU", () => {
    const lines = benchTable([health, search]).split("\n").slice(2);
    expect(lines.map((line) => line.split(/ {2,}/))).toStrictEqual([
      ["GET /health", "200", "4,322", "1.3", "20.0", "140", "1.40", "80", "2.00", "0", "673"],
      ['GET /items?q=<b>&"', "200", "0", "1.3", "20.0", "–", "–", "80", "–", "1", "673"],
    ]);
  });

  it("take medians over the rounds", () => {
    const rounds = [1, 9, 2].map((n) => ({
      perSecond: n,
      median: n * 10,
      p99: n * 100,
      cpu: n === 9 ? undefined : n,
      databaseCpu: n,
    }));
    expect(together(rounds)).toStrictEqual({ perSecond: 2, median: 20, p99: 200, cpu: 1.5, databaseCpu: 2 });
    expect([median([4, 1, 3, 2]), quantile([1, 2, 3], 1), quantile([1, 2], 0.25)]).toStrictEqual([2.5, 3, 1.25]);
  });
});

describe("the benchmark's page", () => {
  const page = benchPage([health, search], ["2 × a & b"]);

  it("is self-contained, and escapes its data", () => {
    expect(page).not.toMatch(/https?:|src=|@import|<b>/);
    expect(page).toContain("GET /items?q=&lt;b&gt;&amp;&quot;");
    expect(page).toContain("2 × a &amp; b");
  });

  it("has a bar for each request, the longest for the most", () => {
    const lengths = [...page.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
    expect(lengths).toHaveLength(2);
    expect(lengths[0]).toBeGreaterThan(0);
    expect(lengths[1]).toBe(0);
  });
});

describe("the benchmark beyond the capacity", () => {
  const quiet: Overload = {
    ...{ factor: 0.25, offered: 50, accepted: 50, p99: 20, megabytes: 110, recovery: 0.1 },
    statuses: "200 × 50",
  };
  const loaded: Overload = {
    ...{ factor: 2, offered: 400, accepted: 170, p99: 90, megabytes: 150, recovery: 0.31 },
    statuses: "200 × 170, 503 × 230",
  };

  it("draws what was accepted of what was offered", () => {
    const [, first = "", second = ""] = goodput([quiet, loaded]).split("\n");
    expect(first).toMatch(/^ 0\.25× {2}█{8} {2}50 of 50\/s$/);
    expect(second).toMatch(/^ {4}2× {2}█{26}░{34} {2}170 of 400\/s$/);
  });

  it("compares with the capacity, and with the Worker before the load", () => {
    const lines = overloadTable([quiet, loaded], { capacity: 200, megabytes: 100 }).split("\n").slice(2);
    expect(lines.map((line) => line.split(/ {2,}/))).toStrictEqual([
      ["0.25×", "25%", "20", "1.0", "1.1", "1.0", "0.1", "200 × 50"],
      ["2×", "85%", "90", "4.5", "1.5", "1.4", "0.3", "200 × 170, 503 × 230"],
    ]);
  });

  it("counts what was accepted while the load lasted, and neither refusals nor later answers", () => {
    const answered = { milliseconds: 5, waits: false };
    const sent: Sent[] = [
      { ...answered, status: 200, ended: 900 },
      { ...answered, status: 201, ended: 1_000 },
      { ...answered, status: 200, ended: 1_001 },
      { ...answered, status: 503, ended: 10 },
      { ...answered, status: "gave up", ended: 10 },
    ];
    expect(acceptedUntil(sent, 1_000)).toBe(2);
  });

  it("sends at its rate, whether or not answers come", async () => {
    const waiting: (() => void)[] = [];
    let isHeld = true;
    const server = createServer((_request, response) => {
      response.statusCode = waiting.length % 2 ? 503 : 200;
      waiting.push(() => response.end());
      if (!isHeld) response.end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const clients = new Public(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const sending = clients.atRate([{ name: "one", path: "/", status: 200 }], { rate: 100, seconds: 0.2 });
    // Of 20; a busy machine comes too late for some.
    await vi.waitUntil(() => waiting.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    isHeld = false;
    for (const answer of waiting) answer();
    const sent = await sending;
    const accepted = sent.filter(isAccepted).length;
    expect(statusesOf(sent)).toBe(`200 × ${accepted}, 503 × ${sent.length - accepted}`);
    await clients.close();
    server.close();
  });
});

describe("the benchmarks' options", () => {
  it.each(["0", "61", "1.5", "-1", "", "1e1", "ten"])("refuse %j where 1 to 60 is asked for", (value) => {
    expect(() => wholeNumberOption("seconds", value, { min: 1, max: 60 })).toThrow(
      "--seconds must be a whole number from 1 to 60.",
    );
  });

  it("name the storms that there are", async () => {
    const { code, stderr } = await command("bench/bench.ts", "--storm=tea");
    expect([code, stderr]).toStrictEqual([1, "--storm must be one of: logins.\n"]);
  });

  it.each([
    ["bench/bench.ts", "--rounds"],
    ["bench/pages.ts", "--rows"],
    ["bench/soak.ts", "--minutes"],
    ["bench/tasks.ts", "--tasks"],
    ["bench/guards.ts", "--rounds"],
  ])("are read before %s starts anything", async (script, option) => {
    const { code, stderr } = await command(script, `${option}=0`);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${option} must be a whole number from \\d+ to \\d+\\.\\n$`));
  });
});
