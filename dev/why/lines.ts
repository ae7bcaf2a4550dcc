/** A line of the log, wherever it was kept: our own JSON, with the time that its keeper adds. */
export type LogLine = Record<string, unknown> & { message: string; at: string | undefined };

/** The fields in which exports of Workers Logs, `wrangler tail --format json` and the local store keep a line's time. */
const times = ["at", "timestamp", "eventTimestamp", "Timestamp", "EventTimestampMs"];

/**
 * The lines of a request in an export of the log: JSON values, one a line, over several lines or in a list, in which our
 * entries may be wrapped, also as text. Anything else is passed over.
 */
export function linesOfRequest(text: string, requestId: string): LogLine[] {
  const found: LogLine[] = [];
  const take = (line: LogLine) => line.request_id === requestId && found.push(line);
  const whole = parsed(text);
  for (const value of whole === undefined ? valuesNaming(requestId, text) : [whole]) collect(value, undefined, take);
  return found;
}

/** The JSON values that name a request. One over several lines, as wrangler prints, begins where nothing is indented. */
function valuesNaming(requestId: string, text: string): unknown[] {
  const naming = (parts: string[]) => parts.filter((part) => part.includes(requestId));
  return naming(text.split(/^(?=[{[])/m)).flatMap((part) => parsed(part) ?? naming(part.split("\n")).map(parsed));
}

/** Looks for entries at any depth; the innermost time is that of an entry. */
function collect(value: unknown, outer: string | undefined, take: (line: LogLine) => void): void {
  if (typeof value === "string") {
    if (value.startsWith("{")) collect(parsed(value), outer, take);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const fields: Record<string, unknown> = { ...value };
  const at = times.map((name) => timeOf(fields[name])).find((time) => time !== undefined) ?? outer;
  if (typeof fields.message === "string" && typeof fields.level === "string" && "request_id" in fields) {
    return take({ ...fields, message: fields.message, at });
  }
  for (const inner of Object.values(value)) collect(inner, at, take);
}

function timeOf(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const time = new Date(typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
