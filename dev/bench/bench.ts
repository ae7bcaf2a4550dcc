/**
 * `npm run bench [-- --seconds 1 --rounds 3 --connections 16 --only text]` measures the deployed bundle in workerd
 * without `ratelimits`, on real PostgreSQL by Neon's protocol. For hashing: dev/bench/sign-in.ts. `--overload`,
 * `--storm logins` and `--slow` measure it beyond its capacity instead.
 */
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Closeables, closing } from "../closing.ts";
import { CommandError, dataFolder, failWith } from "../config.ts";
import { wholeNumberOption } from "../terminal.ts";
import { callsOf } from "./calls.ts";
import { benchPage, benchTable, type ChartRow } from "./chart.ts";
import { type Call, load, probe, type Round, together } from "./load.ts";
import { mostConnections } from "./open-loop.ts";
import { overload } from "./overload.ts";
import { slow } from "./slow.ts";
import { isStorm, storm, storms } from "./storm.ts";
import { machine, startDatabase } from "./tools.ts";
import { startBenchWorker } from "./worker.ts";

type Options = {
  overload: boolean;
  storm: string | undefined;
  slow: boolean;
  seconds: number | undefined;
  rounds: number;
  connections: number | undefined;
  only: string;
};

async function main(open: Closeables): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  const { url, endpoint } = await startDatabase(open);
  const database = { DATABASE_URL: url, NEON_FETCH_ENDPOINT: endpoint };
  const SECRET_KEY = randomBytes(32).toString("hex");
  const origin = await startBenchWorker(open, { ENVIRONMENT: "staging", SECRET_KEY, ...database });
  if (options.overload) return overload(origin, await callsOf(origin), { ...options, seconds: options.seconds ?? 60 });
  if (options.storm !== undefined) return storm(origin, await callsOf(origin), url);
  if (options.slow) return slow(origin, await callsOf(origin), { database: url, seconds: options.seconds ?? 12 });
  const bareOrigin = await startBenchWorker(open, database, { entry: "dev/bench/bare.ts" });
  const all = await callsOf(origin);
  const calls = all.filter(({ name }) => name.toLowerCase().includes(options.only.toLowerCase()));
  if (calls.length === 0)
    throw new CommandError(`--only must be part of one of: ${all.map(({ name }) => name).join(", ")}.`);
  const { connections = 16, rounds, seconds = 1 } = options;
  const measured = await measure(origin, bareOrigin, calls, { connections, rounds, seconds });

  const notes = [
    `Medians of ${rounds} rounds of ${seconds} s each, in turns, on ${connections} connections; the load generator, the endpoint and PostgreSQL share the machine.`,
    "Bare is a Worker of the same libraries, by the same bundler on the same database, with one query a request and no duties.",
    machine(),
  ];
  console.log(`\n${benchTable(measured)}\n\n${notes.join("\n")}`);
  const file = join(dataFolder, "bench.html");
  await mkdir(dataFolder, { recursive: true });
  await writeFile(file, benchPage(measured, notes));
  console.log(`The chart: ${file}`);
}

/** Measures in turns, so that a disturbance affects all. The round before the first warms up. */
async function measure(
  origin: string,
  bareOrigin: string,
  calls: Call[],
  { seconds, rounds, connections }: { seconds: number; rounds: number; connections: number },
): Promise<ChartRow[]> {
  const results = [];
  for (const call of calls) {
    const { bare: request, ...rest } = call;
    const bare = request && { ...rest, headers: {}, ...request };
    results.push({
      call,
      bare,
      ...(await probe(origin, call)),
      bytes: 0,
      rounds: [] as Round[],
      bareRounds: [] as Round[],
    });
    await load(origin, call, { seconds: 1, connections });
    if (bare) await load(bareOrigin, bare, { seconds: 1, connections });
  }
  for (let round = 1; round <= rounds; round++) {
    console.error(`Round ${round} of ${rounds}, ${calls.length * seconds} s`);
    for (const result of results) {
      // PostgreSQL has ended idle connections: the first call would pay for new ones.
      await load(origin, result.call, { requests: 4 * connections, connections });
      const { bytes, ...figures } = await load(origin, result.call, { seconds, connections });
      result.bytes = bytes;
      result.rounds.push(figures);
      if (result.bare) result.bareRounds.push(await load(bareOrigin, result.bare, { seconds, connections }));
    }
  }
  return results.map(({ call: { name, status }, roundTrips, bytes, rounds: each, bareRounds }) => ({
    name,
    status,
    roundTrips,
    bytes,
    ...together(each),
    ...(bareRounds.length > 0 && { bare: together(bareRounds) }),
  }));
}

function optionsFrom(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      overload: { type: "boolean", default: false },
      storm: { type: "string" },
      slow: { type: "boolean", default: false },
      seconds: { type: "string" },
      rounds: { type: "string", default: "3" },
      connections: { type: "string" },
      only: { type: "string", default: "" },
    },
  });
  if (values.storm !== undefined && !isStorm(values.storm)) {
    throw new CommandError(`--storm must be one of: ${storms.join(", ")}.`);
  }
  return {
    overload: values.overload,
    storm: values.storm,
    slow: values.slow,
    seconds:
      values.seconds === undefined ? undefined : wholeNumberOption("seconds", values.seconds, { min: 1, max: 60 }),
    rounds: wholeNumberOption("rounds", values.rounds, { min: 1, max: 100 }),
    connections:
      values.connections === undefined
        ? undefined
        : wholeNumberOption("connections", values.connections, {
            min: 1,
            max: values.overload ? mostConnections : 500,
          }),
    only: values.only,
  };
}

await closing(main).catch(failWith);
