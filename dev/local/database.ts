import type { Duplex } from "node:stream";

/** One SQL statement; every parameter is Postgres' own text form of its value. */
export type SqlStatement = { query: string; params: (string | null)[] };

export type IsolationLevel = "READ UNCOMMITTED" | "READ COMMITTED" | "REPEATABLE READ" | "SERIALIZABLE";

export type TransactionOptions = { isolation?: IsolationLevel; readOnly?: boolean; deferrable?: boolean };

export type ResultField = {
  name: string;
  tableID: number;
  columnID: number;
  dataTypeID: number;
  dataTypeSize: number;
  dataTypeModifier: number;
  format: "text";
};

/** The answer of one statement, its values as Postgres' text. */
export type Result = {
  command: string | null;
  rowCount: number | null;
  fields: ResultField[];
  rows: (string | null)[][];
};

/** A connection for one caller, for what belongs to a session: locks, settings, transactions that branch. */
export type LocalSession = {
  /** Runs one statement, inside a transaction where an earlier one began it. */
  run(query: string, params?: (string | null)[]): Promise<Result>;
  close(): Promise<void>;
};

/** A connection of which only the bytes are carried: its stream, and what the server told of itself when it began. */
export type Tunnel = { stream: Duplex; parameters: [name: string, value: string][] };

/**
 * A Postgres of the developer's machine. `run` and `transaction` reject with {@link isPostgresError} errors. Their
 * signal cancels what runs, and what would follow it.
 */
export type LocalDatabase = {
  /** The database that is meant where a call names none. */
  name: string;
  /** The host that it connects to. */
  host: string;
  /** Runs one statement by itself. `database` names another database of the same server, where there are several. */
  run(statement: SqlStatement, database?: string, signal?: AbortSignal): Promise<Result>;
  /** Runs the statements in one transaction: all of them, or none. */
  transaction(
    statements: SqlStatement[],
    options: TransactionOptions,
    database?: string,
    signal?: AbortSignal,
  ): Promise<Result[]>;
  /** Opens a session, which names itself `application` to the server. The signal cancels what it runs, and ends it. */
  session(application: string, signal?: AbortSignal): Promise<LocalSession>;
  /** Opens a connection to this database of the server, for a client that speaks PostgreSQL's protocol itself. */
  tunnel(database: string): Promise<Tunnel>;
  close(): Promise<void>;
};

/** The fields of Postgres' ErrorResponse, by the names that node-postgres and Neon give them. */
const errorFields = [
  "severity",
  "code",
  "detail",
  "hint",
  "position",
  "internalPosition",
  "internalQuery",
  "where",
  "schema",
  "table",
  "column",
  "dataType",
  "constraint",
  "file",
  "line",
  "routine",
] as const;

/** `place`: the number of the statement in its transaction, from 0; the commit has the next one. */
export type PostgresError = Error & Partial<Record<(typeof errorFields)[number], string>> & { place?: number };

/** An error as Neon answers it: all fields, null where there is none. */
export function errorBody(message: string, error: Partial<PostgresError>): Record<string, unknown> {
  return { message, ...Object.fromEntries(errorFields.map((field) => [field, error[field] ?? null])) };
}

/** True if Postgres itself refused, rather than the connection to it. */
export function isPostgresError(error: unknown): error is PostgresError {
  return error instanceof Error && "severity" in error && "code" in error && /^[0-9A-Z]{5}$/.test(String(error.code));
}

export function beginStatement({ isolation, readOnly, deferrable }: TransactionOptions): string {
  const modes = [
    isolation && `ISOLATION LEVEL ${isolation}`,
    readOnly !== undefined && (readOnly ? "READ ONLY" : "READ WRITE"),
    deferrable !== undefined && (deferrable ? "DEFERRABLE" : "NOT DEFERRABLE"),
  ];
  return `BEGIN ${modes.filter(Boolean).join(" ")}`;
}

/** Statements that leave something behind in their session: anything but reading and writing rows. */
export function changesSession({ command }: Result): boolean {
  return !["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"].includes(command ?? "SELECT");
}
