import { NeonDbError } from "@neondatabase/serverless";
import { ApiError, type ErrorCode, operationError } from "../errors.ts";
import { GuardedError } from "../log.ts";

/** What each unique index means to a client. */
const conflicts: Partial<Record<string, ErrorCode>> = {
  users_email_key: "email_taken",
  users_username_key: "username_taken",
};

/** What our SQL functions raise; the letters follow PostgREST's `PT` + HTTP status. */
const guards: Partial<Record<string, ErrorCode>> = {
  PT401: "invalid_token",
  PT403: "forbidden",
  PT404: "not_found",
  PT409: "last_admin",
  PT412: "precondition_failed",
  PT422: "idempotency_key_reused",
  PT425: "idempotency_key_in_use",
};

/** Not an error: the transaction was ended because it was done before, and this is what its statements answered then. */
export class DoneBefore extends Error {
  override readonly name = "DoneBefore";
  readonly results: Record<string, unknown>[][];

  constructor(results: Record<string, unknown>[][]) {
    super("The request was done before");
    this.results = results;
  }
}

/** {@link DoneBefore} where that is what the driver threw. */
export function doneBefore(thrown: unknown): DoneBefore | undefined {
  const error = findNeonError(thrown);
  // In a field of an error that Postgres does not log.
  return error?.code === "PT208" && error.column ? new DoneBefore(JSON.parse(error.column)) : undefined;
}

/** A table, column or function that the newest migration makes is not there yet. */
const unmigrated = new Set(["42P01", "42703", "42883"]);

/** Classes of SQLSTATE in which the server could not serve us: connection, state, login, resources, shutdown, conflict. */
const unavailable = /^(08|25|28|3D|40|53|57|58|XX)/;

/**
 * Translates what the driver throws. Without an SQLSTATE nobody knows what became of the statement: the answer is 503,
 * and the statement is never tried again here.
 */
export function fromDatabase(thrown: unknown): ApiError {
  const error = findNeonError(thrown);
  const code = codeOf(error);
  const cause = new GuardedError(describe(thrown, error));
  // `refuse` says which operation of a batch it was.
  const isPlaced = (error?.code === "PT404" || error?.code === "PT412") && error.detail;
  const place = isPlaced ? Number(error.detail) : undefined;
  return new ApiError(code, { cause, ...(place !== undefined && { errors: [operationError(code, place)] }) });
}

function codeOf(error: NeonDbError | undefined): ErrorCode {
  const code = error?.code;
  if (!code || unavailable.test(code)) return "database_unavailable";
  if (unmigrated.has(code)) return "not_ready";
  return guards[code] ?? (code === "23505" ? conflicts[error.constraint ?? ""] : undefined) ?? "internal";
}

/** Names and codes only: the messages of drizzle, of Postgres and of a parser that choked all repeat parameters. */
function describe(thrown: unknown, error: NeonDbError | undefined): Record<string, unknown> {
  const { code, constraint, table, routine } = error ?? {};
  // Ours may hold what was stored under an Idempotency-Key.
  const column = code?.startsWith("PT") ? undefined : error?.column;
  return { error: namesOf(thrown).join(" ← "), sqlstate: code, constraint, table, column, routine };
}

function namesOf(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return [typeof thrown];
  const inner = thrown instanceof NeonDbError ? thrown.sourceError : thrown.cause;
  const name = thrown.constructor.name || thrown.name;
  return inner === undefined ? [name] : [name, ...namesOf(inner)];
}

function findNeonError(thrown: unknown): NeonDbError | undefined {
  if (thrown instanceof NeonDbError) return thrown;
  return thrown instanceof Error && thrown.cause ? findNeonError(thrown.cause) : undefined;
}
