export type LogEntry = { level: "info" | "warn" | "error"; message: string; [field: string]: unknown };
export type Log = (entry: LogEntry) => void;

/** Writes one line of JSON, which Workers Logs indexes by field. */
export function logToConsole(entry: LogEntry): void {
  console.log(JSON.stringify(entry));
}

/** An error whose message and causes may hold secrets; it decides itself what may be logged. */
export class GuardedError extends Error {
  override readonly name = "GuardedError";
  readonly fields: Record<string, unknown>;

  constructor(fields: Record<string, unknown>) {
    super("See its fields");
    this.fields = fields;
  }
}

/** A log that never throws: what it cannot write, it says in a line without fields. */
export function unfailing(log: Log): Log {
  return (entry) => {
    try {
      log(entry);
    } catch (error) {
      const cause = error instanceof Error ? error.name : typeof error;
      try {
        log({ level: "error", message: "a line of the log was lost", cause });
      } catch {
        // Nobody is left to tell.
      }
    }
  };
}

/** How many causes of an error are logged: one that is its own cause has no last. */
const maxCauses = 5;

/** Describes an internal error for the log. */
export function describeError(error: unknown, causes = maxCauses): Record<string, unknown> {
  if (error instanceof GuardedError) return error.fields;
  if (!(error instanceof Error)) return { error: typeof error };
  const hasCause = error.cause !== undefined && causes > 0;
  return {
    error: error.name,
    detail: error.message,
    stack: error.stack,
    ...(hasCause && { cause: describeError(error.cause, causes - 1) }),
  };
}
