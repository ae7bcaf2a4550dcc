/**
 * `npm run bench:node [-- --seconds 5 --rounds 5 --connections 16]` measures the server on Node beside others on the same
 * PostgreSQL: a bare Fastify, and the FastAPI of the guides where Python has its packages.
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { SignJWT } from "jose";
import { type Closeables, closing } from "../closing.ts";
import { failWith } from "../config.ts";
import { workerRole } from "../migrations/worker-role.ts";
import { textTable, wholeNumberOption } from "../terminal.ts";
import { callsOf } from "./calls.ts";
import { type Call, load, probe } from "./load.ts";
import { type PeerServer, startFastApi, startFastify, startPlinth } from "./peers.ts";
import { cpuOf, cpuOfProcess, machine, median, startDatabase } from "./tools.ts";
import { hasWrk, wrk } from "./wrk.ts";

const measured = ["GET /health", "GET /users/me", "GET /items, 20", "POST /items"];

/** Requests per second, milliseconds, and microseconds of CPU that the server and PostgreSQL spent on each. */
type Figures = { perSecond: number; median: number; p99: number; cpu: number; database: number };
type Lap = { server: PeerServer; call: Call; rounds: Figures[] };
type Length = { seconds: number; connections: number };

async function main(open: Closeables): Promise<void> {
  const { rounds, length } = optionsFrom(process.argv.slice(2));
  const { url } = await startDatabase(open);
  const SECRET_KEY = randomBytes(32).toString("hex");
  const ofWorker = new URL(url);
  ofWorker.searchParams.set("options", `-c role=${workerRole(ofWorker.pathname.slice(1))}`);
  const plinth = await startPlinth(open, { DATABASE_URL: ofWorker.href, SECRET_KEY });
  const shared = { DATABASE_URL: url, SECRET_KEY };
  const python = await startFastApi(open, shared);
  const others = [await startFastify(open, shared), ...(typeof python === "string" ? [] : [python])];

  const all = await callsOf(plinth.origin);
  const calls = measured.flatMap((name) => all.find((call) => call.name === name) ?? []);
  const laps: Lap[] = [];
  for (const call of calls) {
    laps.push({ server: plinth, call, rounds: [] });
    const asked = await ofPeers(plinth, call, SECRET_KEY);
    for (const server of others) laps.push({ server, call: asked, rounds: [] });
  }
  const generator = (await hasWrk()) ? "wrk" : "autocannon";
  await measure(laps, { rounds, length, generator });

  const notes = [
    `Medians of ${rounds} rounds of ${length.seconds} s each, in turns, on ${length.connections} connections by ${generator}, which shares the machine with the server, a single process, and PostgreSQL.`,
    "Plinth checks a session and a guard, and writes a line of its log; it ran with RATE_LIMITS=off. The others check a token, and send one query; FastAPI sends two where an item is concerned, and writes its log.",
    machine(),
    ...(typeof python === "string" ? [python] : []),
  ];
  console.log(`\n${shown(laps, plinth)}\n\n${notes.join("\n")}`);
}

/** The same request, as the peers know it: with a token of theirs for the same user, and without the prefix. */
async function ofPeers(plinth: PeerServer, call: Call, secret: string): Promise<Call> {
  const path = call.path.replace("/api/v1", "").replace(/\?.*/, "");
  const { Authorization, ...headers } = call.headers ?? {};
  if (Authorization === undefined) return { ...call, path };
  const me = await (await fetch(`${plinth.origin}/api/v1/users/me`, { headers: { Authorization } })).json();
  const token = new SignJWT({ sub: String(Object(me).id) })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("1h");
  const signed = await token.sign(new TextEncoder().encode(secret));
  return { ...call, path, headers: { ...headers, Authorization: `Bearer ${signed}` } };
}

/** Measures in turns, so that a disturbance affects all. The round before the first warms up. */
async function measure(
  laps: Lap[],
  { rounds, length, generator }: { rounds: number; length: Length; generator: "wrk" | "autocannon" },
): Promise<void> {
  for (const { server, call } of laps) await probe(server.origin, call);
  for (let round = 0; round <= rounds; round++) {
    console.error(`Round ${round} of ${rounds}, ${laps.length * length.seconds} s`);
    for (const { server, call, rounds: all } of laps) {
      const before = { own: await cpuOfProcess(server.pid), database: await cpuOf("postgres") };
      const figures =
        generator === "wrk"
          ? await wrk(server.origin, call, length)
          : await load(server.origin, call, length).then((one) => ({
              ...one,
              requests: one.perSecond * length.seconds,
            }));
      const each = (milliseconds: number) => (milliseconds * 1_000) / figures.requests;
      const cpu = each((await cpuOfProcess(server.pid)) - before.own);
      const database = each((await cpuOf("postgres")) - before.database);
      const { perSecond, median, p99 } = figures;
      if (round > 0) all.push({ perSecond, median, p99, cpu, database });
    }
  }
}

function shown(laps: readonly Lap[], plinth: PeerServer): string {
  const medianOf = ({ rounds }: Lap, figure: keyof Figures) => median(rounds.map((round) => round[figure]));
  const rows = laps.map((lap) => {
    const own = laps.find(({ server, call }) => server === plinth && call.name === lap.call.name) ?? lap;
    const ratio = (figure: keyof Figures) => (medianOf(own, figure) / medianOf(lap, figure)).toFixed(2);
    return [
      lap.call.name,
      lap.server.name,
      medianOf(lap, "perSecond").toFixed(0),
      medianOf(lap, "median").toFixed(2),
      medianOf(lap, "p99").toFixed(2),
      medianOf(lap, "cpu").toFixed(0),
      medianOf(lap, "database").toFixed(0),
      lap === own ? "" : `${ratio("perSecond")} ×`,
      lap === own ? "" : `${ratio("cpu")} ×`,
    ];
  });
  const heads = ["", "", "req/s", "p50 ms", "p99 ms", "CPU µs", "PostgreSQL µs", "Plinth's req/s", "Plinth's CPU"];
  return textTable(heads, rows);
}

function optionsFrom(args: string[]): { rounds: number; length: Length } {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: {
      seconds: { ...text, default: "5" },
      rounds: { ...text, default: "5" },
      connections: { ...text, default: "16" },
    },
  });
  return {
    rounds: wholeNumberOption("rounds", values.rounds, { min: 1, max: 100 }),
    length: {
      seconds: wholeNumberOption("seconds", values.seconds, { min: 1, max: 60 }),
      connections: wholeNumberOption("connections", values.connections, { min: 1, max: 500 }),
    },
  };
}

await closing(main).catch(failWith);
