export type LogEntry = { level: "info" | "warn" | "error"; message: string; [field: string]: unknown };
export type Log = (entry: LogEntry) => void;

/** The console's method for each level: Workers Logs takes the severity of a line from it. */
const methods = { info: "log", warn: "warn", error: "error" } as const;

/** Writes one line of JSON, which Workers Logs indexes by field. Describes each error in it. */
export function logToConsole(entry: LogEntry): void {
  // A line without objects holds no error, and a replacer costs most of the time that writing takes.
  const isFlat = Object.values(entry).every((value) => typeof value !== "object");
  console[methods[entry.level]](isFlat ? JSON.stringify(entry) : JSON.stringify(entry, describing));
}

function describing(_name: string, value: unknown): unknown {
  return value instanceof Error ? describeError(value) : value;
}

/** Adds these fields to every line: no line can name others. */
export function logWith(fields: Record<string, unknown>, log: Log): Log {
  return (entry) => log({ ...entry, ...fields });
}

/** An error whose message and causes may hold secrets. `fields` is the only part that is logged. */
export class GuardedError extends Error {
  override readonly name = "GuardedError";
  readonly fields: Record<string, unknown>;

  constructor(fields: Record<string, unknown>) {
    super("See its fields");
    this.fields = fields;
  }
}

/** Makes a log that never throws: a line that cannot be written is replaced by one without its fields. */
export function unfailing(log: Log): Log {
  return (entry) => {
    try {
      log(entry);
    } catch (error) {
      const cause = error instanceof Error ? error.name : typeof error;
      try {
        log({ level: "error", message: "a line of the log was lost", cause });
      } catch {
        // There is nowhere left to report it.
      }
    }
  };
}

/** The number of causes that are logged: an error that is its own cause would never end. */
const maxCauses = 5;

/** Describes an internal error for the log. */
export function describeError(error: unknown, causes = maxCauses): Record<string, unknown> {
  if (error instanceof GuardedError) return error.fields;
  if (!(error instanceof Error)) return { error: typeof error };
  if (repeatsParameters(error)) return { error: error.name };
  const hasCause = error.cause !== undefined && causes > 0;
  return {
    error: error.name,
    detail: error.message,
    stack: error.stack,
    ...(hasCause && { cause: describeError(error.cause, causes - 1) }),
  };
}

/** True for drizzle's errors, whose message, stack and causes repeat a statement with its parameters. */
function repeatsParameters(error: Error): boolean {
  return "query" in error && "params" in error;
}
