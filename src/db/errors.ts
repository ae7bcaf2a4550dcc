import { NeonDbError } from "@neondatabase/serverless";
import {
  ApiError,
  type ErrorCode,
  limitReached,
  type OperationCode,
  operationError,
  permissionRequired,
  proofRequired,
  unstorable,
} from "../errors.ts";
import { GuardedError } from "../log.ts";
import { constraintCodes } from "./constraints.ts";
import { type JsonRow, readResults } from "./json-rows.ts";
import { refusedValueOf } from "./refused-values.ts";
import { isRaisedByUs, meaningOf } from "./sqlstates.ts";
import { CallError, isUndone } from "./wire.ts";

/**
 * Ends a transaction that was done before, without being an error. Holds the answers of its statements at that time.
 */
export class DoneBefore extends Error {
  override readonly name = "DoneBefore";
  readonly results: JsonRow[][];

  constructor(results: JsonRow[][]) {
    super("The request was done before");
    this.results = results;
  }
}

/** Recognises {@link DoneBefore} in an error of the driver. */
export function doneBefore(thrown: unknown): DoneBefore | undefined {
  const error = findNeonError(thrown);
  // The answers travel in a field that Postgres does not log.
  return error?.code === "PT208" && error.column ? new DoneBefore(readResults(error.column)) : undefined;
}

/**
 * Translates errors of drizzle and the driver. Without an SQLSTATE the outcome is unknown, and a change is not sent
 * again: 503 if the call failed, 500 if building it or reading its rows did.
 */
export function fromDatabase(thrown: unknown): ApiError {
  const error = findNeonError(thrown);
  const code = codeOf(error, findCallError(thrown));
  // Codes mapped by name explain themselves in a log; others may be our fault, whatever their status.
  const isForeseen = code !== "internal" && (isOurs(error) || constraintCodes[error?.constraint ?? ""] !== undefined);
  const refusal = refusals[error?.code ?? ""];
  const position = Number(error?.detail ?? -1);
  const { fault, fields } = findCallError(thrown) ?? {};
  const { retryAfter, http_status } = fields ?? {};
  // Neon does not read JSON with half a character in it.
  const isUnread = fault === "rejected" && http_status === 400;
  if (code === "too_many_requests") return keysFull(Number(error?.detail));
  if (code === "permission_required" && error?.detail) return permissionRequired(error.detail);
  if (code === "insufficient_user_authentication") return proofRequired(Number(error?.detail));
  return new ApiError(code, {
    ...(!isForeseen && { cause: new GuardedError(describe(thrown)) }),
    ...(code === "validation_failed" && { detail: "A value is missing, or is not one that can be stored." }),
    blamed: blamedBy(code, error),
    refusedValue: error?.code?.startsWith("22") ? refusedValueOf(error) : isUnread ? unstorable : undefined,
    ...(refusal && position >= 0 && { errors: [operationError(refusal, position)] }),
    place: code === "invalid_reference" && isOurs(error) && position >= 0 ? position : undefined,
    ...(retryAfter !== undefined && { headers: { "Retry-After": String(Math.min(retryAfter, longestWait)) } }),
  });
}

/** True for an error of Postgres, or of the call to it. */
export function isFromDatabase(thrown: unknown): boolean {
  return (findNeonError(thrown) ?? findCallError(thrown)) !== undefined;
}

/** True if Postgres undid a transaction because of others at the same time: a serialization failure or a deadlock. */
export function lostToOthers(thrown: unknown): boolean {
  return isUndone(findNeonError(thrown)?.code);
}

function keysFull(seconds: number): ApiError {
  const detail = "The storage for your Idempotency-Keys is full. Wait, or send less under new keys.";
  return limitReached("too_many_requests", "idempotency_keys", seconds, { detail });
}

/** Refusals of a batch: `refuse` puts the position of the operation into `detail`, -1 where there is none. */
const refusals: Partial<Record<string, OperationCode>> = { PT404: "not_found", PT412: "precondition_failed" };

/** Seconds. Caps a longer Retry-After from a proxy in front of the database. */
const longestWait = 60;

function codeOf(error: NeonDbError | undefined, call: CallError | undefined): ErrorCode {
  const { code, constraint, message } = error ?? {};
  if (!code) return error || call ? "database_unavailable" : "internal";
  const named = code.startsWith("23") ? constraintCodes[constraint ?? ""] : undefined;
  // Only the message tells a reference to nothing from a row that is still referenced.
  const isReferenced = code === "23503" && message?.startsWith("update or delete");
  return named ?? (isReferenced ? "still_referenced" : meaningOf(code));
}

/** The columns that PostgreSQL names, as fields of the body. A check of one column has its name: `books_pages_check`. */
function blamedBy(code: ErrorCode, error: NeonDbError | undefined) {
  const { code: sqlstate, column, table, constraint, detail } = error ?? {};
  if (code === "invalid_reference") return columnsIn(detail).map((name) => ({ name, type: "not_found" }) as const);
  if (code === "conflict") return columnsIn(detail).map((name) => ({ name, type: "taken" }) as const);
  if (sqlstate === "23502" && column) return [{ name: column, type: "missing" } as const];
  const [, checked] = /^(.+)_check$/.exec(constraint?.slice(`${table}_`.length) ?? "") ?? [];
  return code === "validation_failed" && checked ? [{ name: checked, type: "invalid" } as const] : [];
}

/** The columns of a key, by PostgreSQL's detail: `Key (shelf)=(99) is not present in table "shelves".` */
function columnsIn(detail = ""): string[] {
  const [, columns] = /\(([^()]+)\)=\(/.exec(detail) ?? [];
  return columns?.split(", ").map((column) => column.replaceAll('"', "")) ?? [];
}

/** Keeps names and codes only: the messages of drizzle, of Postgres and of a failed parser all repeat parameters. */
function describe(thrown: unknown): Record<string, unknown> {
  const postgres = findNeonError(thrown);
  const { code, constraint, table, routine } = postgres ?? {};
  // Ours may hold rows stored under an Idempotency-Key.
  const column = isOurs(postgres) ? undefined : postgres?.column;
  const { fault, fields } = findCallError(thrown) ?? {};
  const { retryAfter: _, ...call } = fields ?? {};
  const error = chainOf(thrown).map(({ name }) => name);
  return {
    error: error.join(" ← ") || typeof thrown,
    fault,
    ...call,
    sqlstate: code,
    constraint,
    table,
    column,
    routine,
  };
}

/** Raised by one of our SQL functions. */
function isOurs(error: NeonDbError | undefined): boolean {
  return isRaisedByUs(error?.code ?? "");
}

function findNeonError(thrown: unknown): NeonDbError | undefined {
  return chainOf(thrown).find((error) => error instanceof NeonDbError);
}

function findCallError(thrown: unknown): CallError | undefined {
  return chainOf(thrown).find((error) => error instanceof CallError);
}

/** An error and its causes, each once, even if one is its own cause. */
function chainOf(thrown: unknown): Error[] {
  const chain = new Set<Error>();
  for (let next = thrown; next instanceof Error && !chain.has(next); ) {
    chain.add(next);
    next = next instanceof NeonDbError ? (next.sourceError ?? next.cause) : next.cause;
  }
  return [...chain];
}
