export type LogEntry = { level: "info" | "warn" | "error"; message: string; [field: string]: unknown };
export type Log = (entry: LogEntry) => void;

/** Writes one line of JSON, which Workers Logs indexes by field. */
export function logToConsole(entry: LogEntry): void {
  console.log(JSON.stringify(entry));
}

/** An error whose message and causes may hold what must not be logged: it says itself what may. */
export class GuardedError extends Error {
  override readonly name = "GuardedError";
  readonly fields: Record<string, unknown>;

  constructor(fields: Record<string, unknown>) {
    super("See its fields");
    this.fields = fields;
  }
}

/** What is logged of an error that is nobody's fault but ours. */
export function describeError(error: unknown): Record<string, unknown> {
  if (error instanceof GuardedError) return error.fields;
  if (!(error instanceof Error)) return { error: typeof error };
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { error: error.name, detail: error.message, stack: error.stack, ...cause };
}
