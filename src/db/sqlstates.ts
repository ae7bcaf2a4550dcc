import { type ErrorCode, errorCodes } from "../errors.ts";

/**
 * The error code for an SQLSTATE, or for its class, the first two characters. All others are `internal`: a mistake in
 * our statement. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const meanings: Partial<Record<string, ErrorCode>> = {
  // The server could not serve this request, but may serve the next.
  "08": "database_unavailable", // connection
  "25006": "database_unavailable", // read only, as during a failover
  "25P03": "database_unavailable", // idle in transaction for too long
  "25P04": "database_unavailable", // transaction timeout
  "28": "database_unavailable", // authorization of our role
  "3D": "database_unavailable", // no such database
  "40": "database_unavailable", // serialization failure, deadlock
  "53": "database_unavailable", // connections, disk, memory
  "55006": "database_unavailable", // object in use
  "55P03": "database_unavailable", // lock timeout, as during a migration
  "57": "database_unavailable", // cancelled, shut down, starting up
  "58": "database_unavailable", // system error
  XX: "database_unavailable", // internal error of the server

  // A table, column or function that the newest migration makes or grants is not there yet.
  "42P01": "not_ready",
  "42703": "not_ready",
  "42883": "not_ready",
  "42501": "not_ready", // not granted to the Worker's role

  // The contract should have refused this value; the log has the details.
  "22001": "validation_failed", // too long
  "22003": "validation_failed", // out of range
  "22007": "validation_failed", // not a time
  "22008": "validation_failed", // a time out of range
  "22009": "validation_failed", // not a time zone
  "22011": "validation_failed", // a negative length
  "22015": "validation_failed", // an interval out of range
  "22019": "validation_failed", // not an escape character
  "2201B": "validation_failed", // not a regular expression
  "2201W": "validation_failed", // a negative limit
  "2201X": "validation_failed", // a negative offset
  "22021": "validation_failed", // not in the encoding, such as NUL
  "22023": "validation_failed", // not an argument of the function, such as an unknown time zone
  "22025": "validation_failed", // not an escape sequence
  "22030": "validation_failed", // a key twice in a JSON object
  "22032": "validation_failed", // not JSON
  "22P02": "validation_failed", // not in the form of its type, such as a UUID
  "22P05": "validation_failed", // a character that the encoding lacks
  "23502": "validation_failed", // null where there must be a value
  "23514": "validation_failed", // a check
  "54000": "validation_failed", // too long for an index
  "54001": "validation_failed", // nested too deep

  // Existing rows conflict with the change.
  "23001": "still_referenced",
  "23503": "invalid_reference", // or `still_referenced`, by the message
  "23505": "conflict",
  "23P01": "conflict",

  // Raised by our SQL functions: `PT` and an HTTP status, as in PostgREST.
  PT401: "invalid_token",
  PT403: "forbidden",
  PT404: "not_found",
  PT40F: "insufficient_user_authentication", // fresh
  PT40N: "network_not_allowed",
  PT40P: "permission_required",
  PT409: "last_admin",
  PT40S: "slug_taken",
  PT422: "idempotency_key_reused",
  PT40W: "owner_required",
  PT412: "precondition_failed",
  PT410: "conflict", // the lease of a task is over
  PT425: "idempotency_key_in_use",
  PT429: "too_many_requests", // how much is kept under a user's keys
  PT507: "quota_exceeded",
};

/** Begins an SQLSTATE that says any code by its place in the table, counted from one, to the base 36. */
const anyCode = "PX";

/** A code with which a statement may end its transaction: one whose answer needs no more than the code. */
export type RefusalCode = Exclude<
  ErrorCode,
  | "too_many_requests"
  | "too_many_attempts"
  | "permission_required"
  | "insufficient_user_authentication"
  | "method_not_allowed"
  | "unsupported_media_type"
  | "range_not_satisfiable"
>;

/** The SQLSTATE that says this code to the Worker that sent the statement: `refuse(…)` raises it. */
export function sqlstateFor(code: RefusalCode): string {
  return anyCode + (errorCodes.indexOf(code) + 1).toString(36).toUpperCase().padStart(3, "0");
}

/** True for an SQLSTATE that our own statements and functions raise. */
export function isRaisedByUs(sqlstate: string): boolean {
  return sqlstate.startsWith("PT") || sqlstate.startsWith(anyCode);
}

/** The error code of this SQLSTATE. */
export function meaningOf(sqlstate: string): ErrorCode {
  if (sqlstate.startsWith(anyCode)) {
    return errorCodes[Number.parseInt(sqlstate.slice(anyCode.length), 36) - 1] ?? "internal";
  }
  return meanings[sqlstate] ?? meanings[sqlstate.slice(0, 2)] ?? "internal";
}
