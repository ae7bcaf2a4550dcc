/** Formats the Worker's log for a developer: a line for each request, and the cause below a fault. */
import { styleText } from "node:util";
import type { SqlFault, SqlFaults } from "./sql-faults.ts";

type Entry = Record<string, unknown> & { message: string };
type Style = Parameters<typeof styleText>[0];

/**
 * One entry of the log with what is known of its fault, and the line to print: JSON with `json`, otherwise for people.
 * Anything that is not ours stays as it is.
 */
export function formatLog(
  text: string,
  faults: SqlFaults,
  { json, now }: { json: boolean; now: Date },
): { line: string; entry?: object } {
  const given = entryOf(text);
  if (!given) return { line: text };
  const { cause, fault } = explainedBy(given.cause, faults);
  const entry = { ...given, ...(cause && { cause }), ...(fault && { sql: fault }) };
  if (json) return { line: JSON.stringify(entry), entry };
  const time = styleText("dim", now.toTimeString().slice(0, 8));
  const head = given.message === "request" ? requestLine(given) : otherLine(given);
  return { line: [`${time} ${head}`, ...causeLines(cause, fault), ...adviceFor(given)].join("\n"), entry };
}

function entryOf(text: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isEntry = typeof value === "object" && value !== null && "level" in value && "message" in value;
    return isEntry ? { ...value, message: String(value.message) } : undefined;
  } catch {
    return undefined;
  }
}

/** The cause without the mark of `faults`, and the fault kept under it. */
function explainedBy(cause: unknown, faults: SqlFaults): { cause?: Record<string, unknown>; fault?: SqlFault } {
  if (typeof cause !== "object" || cause === null) return {};
  const fields: Record<string, unknown> = { ...cause };
  const inner = explainedBy(fields.cause, faults);
  const fault = faults.take(fields.routine) ?? inner.fault;
  if (typeof fields.routine === "string") fields.routine = fields.routine.replace(/#\d+$/, "") || undefined;
  if (inner.cause) fields.cause = inner.cause;
  return { cause: fields, ...(fault && { fault }) };
}

/** The way out of a fault that has one. */
function adviceFor({ code, cause }: Entry): string[] {
  const isUnmigrated = code === "not_ready" || (typeof cause === "object" && Object(cause).detail === "not_ready");
  return isUnmigrated ? [indented(styleText("yellow", "npm run db:migrate applies what the database lacks."))] : [];
}

function requestLine(entry: Entry): string {
  const {
    status,
    method,
    route = "no such path",
    duration_ms,
    db_round_trips,
    db_ms,
    code,
    user_id,
    api_key_id,
    cache,
    signature,
    events,
  } = entry;
  const trips = `${db_round_trips} ${db_round_trips === 1 ? "round trip" : "round trips"}, ${db_ms} ms`;
  const happened = Array.isArray(events) ? events.map((event) => String(Object(event).kind)).join(", ") : undefined;
  // A key may be an organization's, which is nobody.
  const caller = api_key_id ? `key ${api_key_id}` : user_id && `user ${user_id}`;
  const kept = cache && `cache ${cache}`;
  const refused = signature && `signature ${signature}`;
  const details = [`${duration_ms} ms`, db_round_trips ? trips : undefined, kept, refused, caller, happened];
  return [
    styleText(colorOf(Number(status)), String(status)),
    String(method).padEnd(6),
    route,
    code ? styleText(colorOf(Number(status)), String(code)) : "",
    styleText("dim", details.filter(Boolean).join(" · ")),
  ]
    .filter((part) => part !== "")
    .join(" ");
}

function colorOf(status: number): Style {
  if (status >= 500) return "red";
  return status >= 400 ? "yellow" : "green";
}

function otherLine({ level, message, cause: _, ...fields }: Entry): string {
  const style = level === "error" ? "red" : level === "warn" ? "yellow" : "green";
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${oneLine(value)}`);
  return [styleText(style, String(level)), message, styleText("dim", rest.join(" "))].join(" ");
}

function oneLine(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function causeLines(cause: Record<string, unknown> | undefined, fault: SqlFault | undefined): string[] {
  if (!cause) return [];
  const { error, detail, sqlstate, stack, cause: inner, ...fields } = cause;
  // It belongs to the error of the database, which may be another's cause.
  const own = sqlstate === undefined ? undefined : fault;
  const what = [error, sqlstate, own?.message ?? detail].filter(Boolean).join(" · ");
  const rest = Object.entries(fields).flatMap(([name, value]) => (value == null ? [] : `${name}=${oneLine(value)}`));
  const lines = [styleText("red", what), ...(rest.length > 0 ? [rest.join(" ")] : []), ...sqlLines(own)];
  const next = typeof inner === "object" && inner !== null ? causeLines({ ...inner }, own ? undefined : fault) : [];
  return [...lines.map(indented), ...framesOf(stack).map(indented), ...next];
}

function sqlLines(fault: SqlFault | undefined): string[] {
  if (!fault) return [];
  const { hint, query, place, of, parameters } = fault;
  const which = of === 1 ? "The statement" : `Statement ${place} of ${of}`;
  return [
    ...(hint ? [`Hint: ${hint}`] : []),
    `${which}: ${query.trim()}`,
    ...(parameters.length > 0 ? [parameters.map((look, index) => `$${index + 1} ${look}`).join(", ")] : []),
  ];
}

/** The frames of a stack in this project's files, without the message. */
function framesOf(stack: unknown): string[] {
  const frames = String(stack ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "));
  const own = frames.filter((line) => !line.includes("node_modules"));
  return (own.length > 0 ? own : frames).map((line) => styleText("dim", line));
}

function indented(line: string): string {
  return line.replaceAll(/^/gm, "    ");
}
