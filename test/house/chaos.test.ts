import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { faultNames, faults, socketFaultNames } from "../../dev/local/chaos.ts";
import { type FaultPlan, following, intercept } from "../../dev/local/worker/chaos.ts";
import { type Endpoint, endpoint } from "../../src/endpoint/endpoint.ts";
import { endpoints } from "../../src/routes/index.ts";
import { hashInPlace, type Passwords } from "../../src/security/passwords.ts";
import { type Call, called, send } from "../calls.ts";
import { exampleBody, examplePath } from "../examples.ts";
import { type Answer, aUser, bindings, db, isThorough, quickPasswords, serve } from "../harness.ts";

/** Milliseconds of a deadline that has to come, because nobody answers. */
const deadline = 250;
const silent: readonly string[] = ["slow", "hang-before", "hang-after", "late", "drip"];
/** Milliseconds in which a call ends in any case, on a busy machine. */
const most = 10_000;

/** Hashes at once, and verifies what a call's maker has hashed in earnest. */
const hashes: Passwords = {
  ...quickPasswords,
  verify: async (...given) => (await quickPasswords.verify(...given)) || hashInPlace.verify(...given),
};
/** Lifts the rate limits; tasks follow later, so that a fault is met by a request's own calls alone. */
const own = {
  ...Object.fromEntries(Object.entries(bindings).filter(([name]) => !name.startsWith("RATE_LIMIT_"))),
  TASK_QUEUE: { sendBatch: async () => undefined },
};
const deps = { hasher: () => hashes };

const pairs = sql.raw(`pairs_${crypto.randomUUID().replaceAll("-", "_")}`);
/** The rows of a user. A transaction adds two. */
async function pairedRows(owner: string): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(
    sql`select count(*)::int as count from ${pairs} where owner = ${owner}`,
  );
  return Number(rows[0]?.count);
}
/** An endpoint in a transaction, beside those of the project, which may have none. */
const makePair = endpoint(
  {
    ...({ method: "post", path: "/pairs", operationId: "makePair", tags: ["users"], access: "user" } as const),
    ...{ summary: "Make a pair", description: "Adds two rows, or none.", transaction: true, roundTrips: 6 },
    responses: { 204: { description: "Done" } },
  },
  async (c) => {
    await c.var.transaction(async ({ db: tx, run, user }) => {
      // Holds a lock that the repetition needs, so that a transaction that was left open is noticed.
      const held = sql`(select pg_advisory_xact_lock(hashtext(${user.id}::text))) as held`;
      await run(tx.execute(sql`insert into ${pairs} select ${user.id}::uuid from ${held}`));
      await run(tx.execute(sql`insert into ${pairs} values (${user.id})`));
    });
    return c.body(null, 204);
  },
);
const listed = [...endpoints, makePair];

const healthy = serve({ endpoints: listed, bindings: own, deps });
const patient = serve({ endpoints: listed, mayFail: true, bindings: own, deps });
const hasty = serve({
  ...{ endpoints: listed, mayFail: true, deps },
  bindings: { ...own, DATABASE_TIMEOUT_MS: String(deadline) },
});

/** One endpoint whose call of the database with this number, from 0, meets this fault, as do all that follow. */
type Cell = { endpoint: Endpoint; fault: (typeof faultNames)[number]; trip: number };

/** Every cell there is: an endpoint that was added a moment ago is among them. */
const all: Cell[] = listed.flatMap((endpoint) =>
  Array.from({ length: endpoint.policy.roundTrips }).flatMap((_, trip) =>
    faultsOf(endpoint, trip).map((fault) => ({ endpoint, fault, trip })),
  ),
);
const { cells: wanted, seed } = inject("chaos");
const cells = chosen(all, isThorough ? Math.max(wanted, 700) : wanted);
const byEndpoint = [...Map.groupBy(cells, ({ endpoint }) => endpoint)].map(([endpoint, own]) => ({
  operationId: endpoint.policy.operationId,
  own,
}));

/** The faults that a call can meet: those of HTTP, or those of a transaction's connection. */
function faultsOf({ contract }: Endpoint, trip: number): readonly Cell["fault"][] {
  if (!contract.transaction) return faultNames;
  return trip === 0 ? socketFaultNames.connect : socketFaultNames.session;
}

let right = 0;
let stop = () => {};
beforeAll(async () => {
  // The runtime bounds the deadlines that are open at once, and those of earlier tests still are.
  if (isThorough) await new Promise((resolve) => setTimeout(resolve, 8_000));
  await db.execute(sql`create table ${pairs} (owner uuid not null)`);
  stop = intercept(inject("neonEndpoint"));
});
afterAll(() => {
  stop();
  console.log(`${right} of ${cells.length} cells right, of ${all.length} that there are`);
});

describe("promise 20: whatever becomes of a call to the database", () => {
  it.each(byEndpoint)(
    "$operationId ends well, and so does its repetition",
    async ({ own }) => {
      const wrong: string[] = [];
      // Some at a time, as many of them wait for a deadline.
      for (let next = 0; next < own.length; next += 12) {
        const some = own.slice(next, next + 12).map(async (cell) => {
          const found = await wrongIn(cell).catch((error: unknown) => [String(error)]);
          if (found.length === 0) right += 1;
          else wrong.push(`call ${cell.trip + 1} meets ${cell.fault}: ${found.join("; ")}`);
        });
        await Promise.all(some);
      }
      expect(wrong).toStrictEqual([]);
    },
    120_000,
  );
});

/** Texts of requests, statements and addresses, which no answer and no line may repeat. */
const confidential = /parameter|insert into|\bselect |127\.0\.0\.1|postgres(ql)?:|\$scrypt|compute time/;

/** Lists the faults of a cell. */
async function wrongIn({ endpoint, fault, trip }: Cell): Promise<string[]> {
  const call = await callOf(endpoint);
  const isSilent = silent.includes(fault);
  const app = isSilent ? hasty : patient;
  const plan: FaultPlan = { fault, skip: trip, times: Number.POSITIVE_INFINITY, met: 0 };
  const started = Date.now();
  const answer = await following({ plan }, () => send(endpoint, call, app));
  const took = Date.now() - started;
  const wrong: string[] = [];
  const { met } = plan;
  const lines = app.logs.filter(({ request_id }) => request_id === answer.headers.get("X-Request-Id"));
  if (met === 0) {
    // A call before the one that is meant may come too late for a short deadline.
    if (answer.status >= 500 && !isSilent) wrong.push(`${answer.status} without a fault`);
    // Others may need fewer calls than they declare.
    if (endpoint === makePair && !isSilent) wrong.push("meets nothing");
    // An isolate that was busy for longer than the deadline still reads an answer that has arrived: src/db/wire.ts.
  } else if (fault !== "slow" || answer.status >= 500) wrong.push(...refusalOf(answer, fault, lines));
  if (took > most) wrong.push(`${took} ms`);
  if (answer.status >= 400 && confidential.test(answer.text)) wrong.push(`tells ${answer.text}`);
  if (confidential.test(JSON.stringify(lines))) wrong.push(`logs ${JSON.stringify(lines)}`);
  wrong.push(...(await repetitionOf({ endpoint, fault, trip }, call)));
  if (endpoint === makePair) wrong.push(...(await halvesOf(call, fault)));
  return wrong;
}

/** A 503 that says when to come back, or a 500 where the fault is that of our statement; and one line with its cause. */
function refusalOf(answer: Answer, fault: Cell["fault"], lines: typeof healthy.logs): string[] {
  const wrong: string[] = [];
  if (answer.status !== (fault === "0A000" ? 500 : 503)) wrong.push(`${answer.status} ${answer.text}`);
  if (answer.status === 503 && !/^[1-9]\d?$/.test(answer.headers.get("Retry-After") ?? ""))
    wrong.push("no Retry-After");
  if (answer.body?.request_id !== answer.headers.get("X-Request-Id")) wrong.push("another request id in the body");
  if (answer.headers.get("Cache-Control") !== "no-store") wrong.push("may be stored");
  const [line, ...others] = lines.filter(({ message }) => message === "request");
  if (line?.level !== "error" || !line.cause || others.length > 0) wrong.push(`logs ${JSON.stringify(lines)}`);
  return wrong;
}

/** The same call again: nothing is half done, and under a key it was done at most once. */
async function repetitionOf({ endpoint, fault, trip }: Cell, call: Call): Promise<string[]> {
  const { idempotent } = endpoint.contract;
  let again = await send(endpoint, call, healthy);
  for (let left = 400; again.body?.code === "idempotency_key_in_use" && left > 0; left--) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    again = await send(endpoint, call, healthy);
  }
  // A request that arrived without a key was done, and may be refused now.
  const mustSucceed = idempotent === true || (!faults[fault].arrives && trip === 0);
  const isKnown = called.some((one) => one.endpoint === endpoint);
  const limit = mustSucceed && isKnown ? 400 : 500;
  return again.status < limit ? [] : [`again: ${again.status} ${again.text}`];
}

/** A transaction and its repetition made each of their rows or none; the first one none if it did not arrive. */
async function halvesOf({ owner = "" }: Owned, fault: Cell["fault"]): Promise<string[]> {
  const rows = await pairedRows(owner);
  const isWell = rows === 2 || (rows === 4 && faults[fault].arrives);
  return isWell ? [] : [`${rows} rows`];
}

/** The user whose call it is, where that matters. */
type Owned = Call & { owner?: string };

async function callOf(endpoint: Endpoint): Promise<Owned> {
  const known = called.find((one) => one.endpoint === endpoint);
  const headers = endpoint.contract.idempotent ? { "Idempotency-Key": crypto.randomUUID() } : {};
  if (known) {
    const call = await known.make();
    return { ...call, headers: { ...headers, ...call.headers } };
  }
  const { id: owner, token } = await aUser({ role: endpoint.policy.access === "admin" ? "admin" : "user" });
  if (endpoint === makePair) return { path: "/pairs", owner, token };
  return { path: examplePath(endpoint), token, json: exampleBody(endpoint) ?? {}, headers };
}

/** So many of these, by lot: the same for the same seed. */
function chosen(from: readonly Cell[], count: number): readonly Cell[] {
  if (count >= from.length) return from;
  let state = seed + 0x9e3779b9;
  const lot = () => {
    state = (Math.imul(state ^ (state >>> 15), 0x85ebca6b) + 0x6d2b79f5) >>> 0;
    return (state ^ (state >>> 13)) >>> 0;
  };
  const lots = from.map((cell) => ({ cell, at: lot() })).toSorted((a, b) => a.at - b.at);
  return lots.slice(0, count).map(({ cell }) => cell);
}
