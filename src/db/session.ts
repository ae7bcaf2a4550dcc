import { Client, NeonDbError } from "@neondatabase/serverless";
import type { ConnectionSettings, Database } from "./client.ts";
import { databaseOver } from "./drizzle.ts";
import { CallError, type RoundTrips } from "./wire.ts";

/** The terms of a transaction; `timeout` is in milliseconds. */
export type Terms = { isolation: string; timeout: number };

/** A connection as node-postgres and its copy in Neon's driver have it. */
export type Connection = {
  connect(): Promise<unknown>;
  query(query: { text: string; values?: unknown[]; rowMode?: "array" }): Promise<QueryAnswer>;
  /** `isClean` tells that the transaction has ended. */
  end(isClean: boolean): Promise<unknown>;
};
type QueryAnswer = { command: string; rowCount: number | null; rows: unknown[] };

/** A connection of its own, in a transaction that has begun. */
export type DatabaseSession = {
  /** Runs statements in the transaction, one at a time. */
  db: Database;
  /** Rejects at the deadline. */
  ended: Promise<never>;
  /** Throws if the transaction was rolled back instead, because a statement had failed. */
  commit(): Promise<void>;
  /** Closes the connection, and so rolls back what was not committed. */
  close(): void;
};

type DatabaseError = Error & { [Field in keyof NeonDbError]?: string };

/** Begins a transaction over Neon's WebSocket; see {@link sessionOn}. */
export function beginSession(settings: ConnectionSettings, trips: RoundTrips, terms: Terms): Promise<DatabaseSession> {
  const { DATABASE_URL, NEON_FETCH_ENDPOINT: endpoint } = settings;
  const client = new Client(DATABASE_URL);
  if (endpoint) Object.assign(client.neonConfig, socketBeside(endpoint));
  // A connection that breaks between two statements would otherwise end the isolate; the next statement tells.
  client.on("error", () => {});
  const connection: Connection = {
    connect: () => client.connect(),
    query: (query) => client.query(query),
    end: () => client.end(),
  };
  return sessionOn(connection, trips, terms);
}

/**
 * Begins a transaction that is due within `timeout` milliseconds: whatever waits for longer throws. Counts each message
 * that has an answer in `trips`; a rollback does not count, as it ends the connection. Throws {@link CallError} and
 * `NeonDbError`.
 */
export async function sessionOn(
  connection: Connection,
  trips: RoundTrips,
  { isolation, timeout }: Terms,
): Promise<DatabaseSession> {
  let end: (error: CallError) => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    end = reject;
  });
  // Heard by each statement; there may be none when it comes.
  ended.catch(() => {});
  const timer = setTimeout(() => close("timeout"), timeout);
  let isOpen = true;
  let isEnding = false;
  let isCommitted = false;
  function close(fault: "timeout" | "reset" = "reset") {
    if (!isOpen) return;
    isOpen = false;
    clearTimeout(timer);
    end(new CallError(fault));
    // Nobody waits for the farewell: the server rolls back as soon as the connection is gone.
    connection.end(isCommitted).catch(() => {});
  }

  async function trip<T>(send: () => Promise<T>): Promise<T> {
    if (isEnding) throw new Error("A statement came after the end of its transaction: await each run");
    if (!isOpen) throw new CallError("reset");
    trips.count += 1;
    const started = Date.now();
    trips.at = started;
    const answer = () =>
      Promise.race([send(), ended]).catch((error) => {
        throw translated(error);
      });
    try {
      return await (trips.within ? trips.within("database", { "db.round_trip": trips.count }, answer) : answer());
    } finally {
      trips.milliseconds += Date.now() - started;
    }
  }

  const query = (text: string, values: unknown[] = [], { arrayMode = false } = {}) =>
    trip(() => connection.query({ text, values, ...(arrayMode && { rowMode: "array" }) }));
  const transaction = () => {
    throw new Error("In a transaction, statements run one at a time: call run, not batch");
  };
  try {
    await trip(() => connection.connect());
    // Makes the server abort a statement that still waits for a lock when its connection is lost.
    const limits = `set local statement_timeout = ${timeout}; set local idle_in_transaction_session_timeout = ${timeout}`;
    await trip(() => connection.query({ text: `begin isolation level ${isolation}; ${limits}` }));
  } catch (error) {
    close();
    throw error;
  }
  return {
    // drizzle calls only these two methods of Neon's driver.
    db: databaseOver(Object.assign(query, { query, transaction }) as unknown as Database["$client"]),
    ended,
    async commit() {
      const committed = query("commit");
      isEnding = true;
      const { command } = await committed;
      if (command !== "COMMIT")
        throw new Error("The transaction was rolled back, because a statement in it had failed");
      isCommitted = true;
    },
    close,
  };
}

/** Neon serves WebSockets at /v2, beside /sql. */
function socketBeside(endpoint: string) {
  const { host, protocol } = new URL(endpoint);
  return { wsProxy: () => `${host}/v2`, useSecureWebSocket: protocol === "https:" };
}

/** The same error as over HTTP, by which the rest of the house knows one of Postgres. */
export function translated(error: unknown): unknown {
  if (error instanceof CallError) return error;
  if (!(error instanceof Error && "severity" in error)) return new CallError("network");
  const { message, ...fields } = error as DatabaseError;
  const { code, detail, hint, constraint, table, column, schema, routine, severity } = fields;
  return Object.assign(new NeonDbError(error.message || message), {
    ...{ code, detail, hint, constraint, table, column, schema, routine, severity },
  });
}
