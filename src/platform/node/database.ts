import { types } from "@neondatabase/serverless";
import pg from "pg";
import type { Deps } from "../../context/types.ts";
import type { ConnectionSettings, Database } from "../../db/client.ts";
import { databaseOver } from "../../db/drizzle.ts";
import { sessionOn, translated } from "../../db/session.ts";
import { CallError, type CallFault, isPassing, isUndone, leastLeft, type RoundTrips } from "../../db/wire.ts";
import { inTime } from "../../in-time.ts";
import { dropConnectionVariables } from "./connection-variables.ts";
import { statementNames } from "./statements.ts";

type Statement = { text: string; values: unknown[]; rowMode?: "array" };
/** Without this, a query that has no parameters could hold two statements. */
type Extended = pg.QueryConfig & { queryMode: "extended" };
/** Sent when somebody waits for it, or as a part of a transaction, like a query of Neon's driver. */
type Query = { statement: Statement; then: Promise<unknown>["then"] };

type Pool = pg.Pool & { names: ReturnType<typeof statementNames>; generations: WeakMap<pg.ClientBase, number> };

type Pooled = Pick<Deps, "begin"> & {
  connect(settings: ConnectionSettings, trips: RoundTrips): Database;
  close(): Promise<void>;
};

/**
 * Connections to PostgreSQL by TCP, in place of Neon's driver: `connect` and `begin` of the app's dependencies. A
 * statement, and a batch in its transaction, is one round trip, due within `DATABASE_TIMEOUT_MS`.
 */
export function pooled(connections: number): Pooled {
  dropConnectionVariables();
  const pools = new Map<string, Pool>();
  const poolOf = (settings: ConnectionSettings) => {
    const key = `${settings.DATABASE_TIMEOUT_MS} ${settings.DATABASE_URL}`;
    const pool = pools.get(key) ?? openPool(settings, connections);
    pools.set(key, pool);
    return pool;
  };
  return {
    connect: (settings, trips) => databaseOn(poolOf(settings), settings.DATABASE_TIMEOUT_MS, trips),
    begin: (settings, trips, terms) => sessionOn(connectionOf(poolOf(settings)), trips, terms),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

function openPool({ DATABASE_URL, DATABASE_TIMEOUT_MS: timeout }: ConnectionSettings, max: number): Pool {
  // The server ends by itself what a connection that is lost has left behind. Neon's sessions are in UTC, and have the others.
  const terms = `set time zone 'UTC'; set datestyle = ISO; set array_nulls = on; set statement_timeout = ${timeout}; set idle_in_transaction_session_timeout = ${timeout}`;
  const bounded = { text: terms, query_timeout: timeout };
  const pool = new pg.Pool({
    connectionString: DATABASE_URL,
    application_name: "plinth",
    max,
    connectionTimeoutMillis: timeout,
    keepAlive: true,
    // Sends the statements of a batch without waiting for each.
    pipeline: true,
    onConnect: (client) => client.query(bounded),
    // The parsers that the app has set for Neon's driver.
    types,
  } as pg.PoolConfig);
  // An idle connection that breaks is replaced when one is needed.
  pool.on("error", () => {});
  const names = statementNames();
  const generations = new WeakMap<pg.ClientBase, number>();
  pool.on("connect", (client) => void generations.set(client, names.generation));
  return Object.assign(pool, { names, generations });
}

function databaseOn(pool: Pool, timeout: number, trips: RoundTrips): Database {
  const performed = (statements: readonly Statement[]) =>
    inTrip(trips, timeout, (left) => perform(pool, left, statements));
  const query = (text: string, values: unknown[] = [], { arrayMode = false } = {}): Query => {
    const statement: Statement = { text, values, ...(arrayMode && { rowMode: "array" }) };
    return {
      statement,
      // biome-ignore lint/suspicious/noThenProperty: drizzle waits for a query, or hands it on unsent
      then: (...then) =>
        performed([statement])
          .then(([answer]) => answer)
          .then(...then),
    };
  };
  const transaction = async (queries: readonly Query[]) => {
    const begun = [{ text: "begin", values: [] }, ...queries.map(({ statement }) => statement)];
    const answers = await performed([...begun, { text: "commit", values: [] }]);
    return answers.slice(1, -1);
  };
  // drizzle calls no more of Neon's driver than these two.
  return databaseOver(Object.assign(query, { query, transaction }) as unknown as Database["$client"]);
}

/**
 * Counts a call, and makes it once more after a connection that broke or was undone, where it may and there is time.
 */
async function inTrip<T>(trips: RoundTrips, timeout: number, work: (left: number) => Promise<T>): Promise<T> {
  const due = Date.now() + timeout;
  const timed = async () => {
    const started = Date.now();
    trips.count += 1;
    trips.at = started;
    try {
      return await work(due - Date.now());
    } catch (error) {
      throw faulted(error);
    } finally {
      trips.milliseconds += Date.now() - started;
    }
  };
  return timed().catch(async (error) => {
    // Meanwhile the pool hears of its other connections that broke.
    const pause = 20 + Math.random() * 60;
    const mayRepeat = isOutdated(error) || isUndone(codeOf(error)) || (trips.mayRepeat && isBlip(error));
    if (!mayRepeat || Date.now() + pause >= due - leastLeft(trips, timeout)) throw error;
    await new Promise((resolve) => setTimeout(resolve, pause));
    trips.again = (trips.again ?? 0) + 1;
    return timed();
  });
}

async function perform(pool: Pool, timeout: number, statements: readonly Statement[]): Promise<unknown[]> {
  const due = Date.now() + timeout;
  const client = await clientBy(due, pool);
  const isOfBefore = () => pool.generations.get(client) !== pool.names.generation;
  let isSpoilt = true;
  // A connection that breaks during a query emits an error, too: unheard, it would end the process.
  client.on("error", ignore);
  try {
    const queries = statements.map((statement): Extended => {
      const name = isOfBefore() ? undefined : pool.names.of(statement.text);
      return { ...statement, queryMode: "extended", ...(name !== undefined && { name }) };
    });
    const sent = queries.map((query) => client.query(query));
    const answers = await inTimeOf(due, Promise.allSettled(sent));
    const failed = answers.find((answer) => answer.status === "rejected");
    isSpoilt = failed !== undefined && failed.reason?.severity !== "ERROR";
    if (isOutdated(failed?.reason) && !isOfBefore()) pool.names.renew();
    if (failed) throw failed.reason;
    return answers.map((answer) => (answer.status === "fulfilled" ? answer.value : undefined));
  } finally {
    client.off("error", ignore);
    // PostgreSQL keeps the statements of before a migration for as long as the connection lasts.
    client.release(isSpoilt || isOfBefore());
  }
}

/** A connection in time for a statement. One that comes late goes back to the pool unused. */
async function clientBy(due: number, pool: Pool): Promise<pg.PoolClient> {
  const connecting = pool.connect();
  const client = await inTimeOf(due, connecting).catch((error) => {
    connecting.then((late) => late.release(), ignore);
    throw error;
  });
  // In a busy process, the timer may be later still.
  if (Date.now() < due) return client;
  client.release();
  throw new CallError("timeout");
}

function inTimeOf<T>(due: number, work: Promise<T>): Promise<T> {
  return inTime(work, Math.max(0, due - Date.now()), () => new CallError("timeout"));
}

/** A connection of the pool for one transaction: it comes back clean, or it is closed. */
function connectionOf(pool: pg.Pool): Parameters<typeof sessionOn>[0] {
  let client: pg.PoolClient | undefined;
  let isOver = false;
  return {
    async connect() {
      client = await pool.connect().catch((error) => {
        throw faulted(error);
      });
      if (isOver) client.release(true);
      else client.on("error", ignore);
    },
    async query(query) {
      if (!client) throw new CallError("reset");
      return client.query(query);
    },
    async end(isClean) {
      isOver = true;
      client?.off("error", ignore);
      client?.release(!isClean);
    },
  };
}

/** The same errors as of Neon's driver, by which the rest of the house knows them. */
function faulted(error: unknown): unknown {
  if (error instanceof CallError || (error instanceof Error && "severity" in error)) return translated(error);
  const words = error instanceof Error ? `${Reflect.get(error, "code")} ${error.message}` : "";
  const found = faults.find(([pattern]) => pattern.test(words));
  return new CallError(found?.[1] ?? "network");
}

const faults: readonly [RegExp, CallFault][] = [
  [/ECONNREFUSED/, "refused"],
  [/timeout/i, "timeout"],
  [/ECONNRESET|EPIPE|terminated|closed/i, "reset"],
];

/** True for a prepared statement whose columns a migration has changed: it took no effect. Its code says less. */
function isOutdated(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, "routine") === "RevalidateCachedQuery";
}

function isBlip(error: unknown): boolean {
  if (error instanceof CallError) return ["refused", "reset", "network"].includes(error.fault);
  return isPassing(codeOf(error));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, "code") : undefined;
}

function ignore(): void {}
