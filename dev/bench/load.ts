/** One kind of request, sent as fast as it is answered. */
import autocannon, { type Result } from "autocannon";
import { CommandError } from "../config.ts";
import type { ChartRow } from "./chart.ts";
import { cpuOf, median, quantile } from "./tools.ts";

export type Call = {
  name: string;
  method?: "GET" | "POST" | "PATCH";
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** The status that every answer must have. */
  status: number;
  /** The same request to the bare peer, where it can answer one. */
  bare?: Pick<Call, "path" | "headers">;
};

/** The figures of one round of load on one call. */
export type Round = Pick<ChartRow, "perSecond" | "median" | "p99" | "cpu" | "databaseCpu">;

/** Calls once. Throws for an unexpected answer, which would otherwise be measured. */
export async function probe(origin: string, call: Call): Promise<Pick<ChartRow, "roundTrips">> {
  const { name, method = "GET", path, headers = {}, body, status } = call;
  const response = await fetch(`${origin}${path}`, { method, headers, ...(body !== undefined && { body }) });
  const text = await response.text();
  if (response.status !== status) throw new CommandError(`${name} was answered with ${response.status}: ${text}`);
  const [, trips] = /round trips: (\d+)/.exec(response.headers.get("Server-Timing") ?? "") ?? [];
  return { roundTrips: Number(trips) };
}

/** Calls for `seconds`, or this many times, on `connections` at once. */
export async function load(
  origin: string,
  { name, method = "GET", path, headers = {}, body, status }: Call,
  { connections, ...length }: { connections: number } & ({ seconds: number } | { requests: number }),
): Promise<Round & { bytes: number }> {
  const times: number[] = [];
  const others = new Map<number, number>();
  let bytes = 0;
  const before = { worker: await cpuOf("workerd"), database: await cpuOf("postgres") };
  const started = performance.now();
  const until = "seconds" in length ? { duration: length.seconds } : { amount: length.requests };
  const options = { url: `${origin}${path}`, method, headers, connections, ...until };
  const { errors } = await new Promise<Result>((resolve, reject) => {
    const run = autocannon({ ...options, ...(body !== undefined && { body }) }, (error, result) => {
      if (error) reject(error);
      else resolve(result);
    });
    run.on("response", (_client, code, length, milliseconds) => {
      if (code !== status) others.set(code, (others.get(code) ?? 0) + 1);
      times.push(milliseconds);
      bytes += length;
    });
  });
  const wrong = [...others].map(([code, times]) => `${times} times with ${code}`);
  if (errors > 0) wrong.push(`${errors} times not at all`);
  if (times.length === 0) wrong.push("not once");
  if (wrong.length > 0) throw new CommandError(`Under load ${name} was answered ${wrong.join(", ")}.`);
  const elapsed = (performance.now() - started) / 1_000;
  const each = (milliseconds: number) => (milliseconds * 1_000) / times.length;
  const cpu = (await cpuOf("workerd")) - before.worker;
  const database = (await cpuOf("postgres")) - before.database;
  return {
    perSecond: times.length / elapsed,
    median: median(times),
    p99: quantile(times, 0.99),
    cpu: cpu > 0 ? each(cpu) : undefined,
    databaseCpu: cpu > 0 ? each(database) : undefined,
    bytes: bytes / times.length,
  };
}

/** The medians of rounds that took turns with those of other calls. */
export function together(rounds: readonly Round[]): Round {
  const medianOf = (figures: (number | undefined)[]) => {
    const known = figures.filter((figure) => figure !== undefined);
    return known.length > 0 ? median(known) : undefined;
  };
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    median: median(rounds.map((round) => round.median)),
    p99: median(rounds.map(({ p99 }) => p99)),
    cpu: medianOf(rounds.map(({ cpu }) => cpu)),
    databaseCpu: medianOf(rounds.map(({ databaseCpu }) => databaseCpu)),
  };
}
