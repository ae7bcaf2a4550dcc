import { findNeonError } from "./db/errors.ts";

export type LogEntry = { level: "info" | "warn" | "error"; message: string; [field: string]: unknown };
export type Log = (entry: LogEntry) => void;

/** Writes one line of JSON, which Workers Logs indexes by field. */
export function logToConsole(entry: LogEntry): void {
  console.log(JSON.stringify(entry));
}

/**
 * What may be logged of an error. A database's message repeats SQL and parameters, and a stack repeats the message: of
 * those errors only the fields that name things are kept.
 */
export function describeError(error: unknown): Record<string, unknown> {
  const neonError = findNeonError(error);
  if (neonError) {
    const { code, constraint, table, column, routine } = neonError;
    return { error: neonError.name, sqlstate: code, constraint, table, column, routine };
  }
  if (!(error instanceof Error)) return { error: typeof error };
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  if (error.name === "DrizzleQueryError") return { error: error.name, ...cause };
  return { error: error.name, detail: error.message, stack: error.stack, ...cause };
}
