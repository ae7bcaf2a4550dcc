/**
 * `npm run bench:soak [-- --minutes 20 --rate 100]`: the same runtime for hours, under a mix of all the benchmark's requests at
 * a rate that it can carry. Prints memory and latency each minute, and at the end what grew.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Closeables, closing } from "../closing.ts";
import { failWith } from "../config.ts";
import { freePort } from "../local/port.ts";
import { textTable, wholeNumberOption } from "../terminal.ts";
import { callsOf } from "./calls.ts";
import { leastHeap } from "./heap.ts";
import type { Call } from "./load.ts";
import { machine, median, memoryOf, quantile, startDatabase } from "./tools.ts";
import { startBenchWorker } from "./worker.ts";

type Minute = { worker: number; heap: number; database: number; answers: number; wrong: number; p99: number };

/** The most that `ACCESS_TOKEN_EXPIRE_MINUTES` takes, and so what a soak lasts at most. */
const longest = 1_440;

async function main(open: Closeables): Promise<void> {
  const { minutes, rate } = optionsFrom(process.argv.slice(2));
  const { url, endpoint } = await startDatabase(open);
  const bindings = {
    ENVIRONMENT: "staging",
    SECRET_KEY: randomBytes(32).toString("hex"),
    // Its two accounts sign in once, for all the time there is.
    ACCESS_TOKEN_EXPIRE_MINUTES: String(longest),
    DATABASE_URL: url,
    NEON_FETCH_ENDPOINT: endpoint,
  };
  const inspectorPort = await freePort();
  const origin = await startBenchWorker(open, bindings, { inspectorPort });
  const calls = await callsOf(origin);
  const measured: Minute[] = [];
  for (let minute = 1; minute <= minutes; minute++) {
    const over = new AbortController();
    const least = leastHeap(inspectorPort, over.signal);
    const load = await oneMinute(origin, calls, rate).finally(() => over.abort());
    const [worker, database] = [await memoryOf("workerd"), await memoryOf("postgres")];
    measured.push({ ...load, worker, database, heap: await least });
    console.error(`Minute ${minute} of ${minutes}: ${rowOf(measured.at(-1)).join(" · ")}`);
  }
  const quarter = Math.max(1, Math.floor(minutes / 4));
  const rows = [
    ["first quarter", ...rowOf(middle(measured.slice(0, quarter)))],
    ["last quarter", ...rowOf(middle(measured.slice(-quarter)))],
  ];
  console.log(
    `\n${textTable(["", "workerd MB", "least heap MB", "PostgreSQL MB", "answers/min", "wrong", "p99 ms"], rows)}\n\n${machine()}`,
  );
}

/** Sends at a fixed rate, even if answers are slow, all kinds in turn. */
async function oneMinute(origin: string, calls: Call[], rate: number) {
  const times: number[] = [];
  let wrong = 0;
  const began = performance.now();
  const running: Promise<void>[] = [];
  for (let sent = 0; sent < rate * 60; sent++) {
    const call = calls[sent % calls.length];
    const wait = began + (sent * 1_000) / rate - performance.now();
    if (wait > 0) await sleep(wait);
    if (call) {
      running.push(
        answered(origin, call).then(({ isRight, milliseconds }) => {
          times.push(milliseconds);
          if (!isRight) wrong += 1;
        }),
      );
    }
  }
  await Promise.all(running);
  return { answers: times.length, wrong, p99: quantile(times, 0.99) };
}

async function answered(origin: string, { method = "GET", path, headers = {}, body, status }: Call) {
  const started = performance.now();
  try {
    const response = await fetch(`${origin}${path}`, { method, headers, ...(body !== undefined && { body }) });
    await response.arrayBuffer();
    return { isRight: response.status === status, milliseconds: performance.now() - started };
  } catch {
    return { isRight: false, milliseconds: performance.now() - started };
  }
}

function middle(minutes: Minute[]): Minute {
  const of = (figure: (minute: Minute) => number) => median(minutes.map(figure));
  return {
    worker: of(({ worker }) => worker),
    heap: of(({ heap }) => heap),
    database: of(({ database }) => database),
    answers: of(({ answers }) => answers),
    wrong: minutes.reduce((sum, { wrong }) => sum + wrong, 0),
    p99: of(({ p99 }) => p99),
  };
}

function rowOf(minute: Minute | undefined): string[] {
  if (!minute) return [];
  const { worker, heap, database, answers, wrong, p99 } = minute;
  return [worker.toFixed(0), heap.toFixed(1), database.toFixed(0), `${answers}`, `${wrong}`, p99.toFixed(0)];
}

function optionsFrom(args: string[]) {
  const { values } = parseArgs({
    args,
    options: { minutes: { type: "string", default: "20" }, rate: { type: "string", default: "100" } },
  });
  return {
    minutes: wholeNumberOption("minutes", values.minutes, { min: 1, max: longest }),
    rate: wholeNumberOption("rate", values.rate, { min: 1, max: 10_000 }),
  };
}

await closing(main).catch(failWith);
