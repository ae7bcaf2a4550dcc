import { NeonDbError } from "@neondatabase/serverless";
import { ApiError, type ErrorCode } from "../errors.ts";

/** What each unique index means to a client. */
const conflicts: Partial<Record<string, ErrorCode>> = {
  users_email_key: "email_taken",
  users_username_key: "username_taken",
};

/** What our SQL functions raise; the letters follow PostgREST's `PT` + HTTP status. */
const guards: Partial<Record<string, ErrorCode>> = {
  PT401: "invalid_token",
  PT403: "forbidden",
  PT409: "last_admin",
};

/** A table, column or function that the newest migration makes is not there yet. */
const unmigrated = new Set(["42P01", "42703", "42883"]);

/** Classes of SQLSTATE in which the server could not serve us: connection, login, resources, shutdown, serialization. */
const unavailable = /^(08|28|3D|40|53|57|58|XX)/;

/**
 * Translates what the driver throws. Without an SQLSTATE nobody knows what became of the statement: the answer is 503,
 * and the statement is never tried again here.
 */
export function fromDatabase(thrown: unknown): ApiError {
  const error = findNeonError(thrown);
  const code = error?.code;
  if (!code || unavailable.test(code)) return new ApiError("database_unavailable", { cause: thrown });
  if (unmigrated.has(code)) return new ApiError("not_ready", { cause: thrown });
  const known = guards[code] ?? (code === "23505" ? conflicts[error.constraint ?? ""] : undefined);
  return new ApiError(known ?? "internal", { cause: thrown });
}

/** The server's own fields, wherever drizzle has wrapped them. Its `message` may repeat parameters: do not log it. */
export function findNeonError(thrown: unknown): NeonDbError | undefined {
  if (thrown instanceof NeonDbError) return thrown;
  return thrown instanceof Error && thrown.cause ? findNeonError(thrown.cause) : undefined;
}
