/** Tells what became of a request, from its lines in the log and its rows in the database, in the order in which it happened. */
import { styleText } from "node:util";
import { counted } from "../terminal.ts";
import type { LogLine } from "./lines.ts";
import type { DatabaseRow, Rows } from "./rows.ts";

type Known = {
  requestId: string;
  lines: readonly LogLine[];
  rows: Rows | undefined;
  mapped?: (stack: string) => string;
};

/** The text of the story; undefined if nothing is known of the request. */
export function storyOf({ requestId, lines, rows, mapped = (stack) => stack }: Known): string | undefined {
  // The caller may have named several requests alike.
  const requests = lines.filter(({ message }) => message === "request");
  const statements = lines.filter(({ message }) => message === "statements");
  const others = lines.filter(({ message }) => message !== "request" && message !== "statements");
  if (lines.length === 0 && !rows?.tasks.length && !rows?.events.length) return undefined;
  const title = (which = "") => styleText("bold", `Request ${requestId}${which}`);
  const parts = [
    ...(requests.length === 0 ? [[title(), noLine]] : []),
    ...requests.flatMap((request, at) => [
      [title(requests.length > 1 ? `, ${at + 1} of ${requests.length} with this id` : ""), ...aboutRequest(request)],
      section("Cause", causeOf(request.cause, mapped)),
    ]),
    section("Statements", statements.flatMap(aboutStatements)),
    section("Events", (rows?.events ?? requests.flatMap(eventsOf)).map(aboutEvent)),
    section("Tasks", rows?.tasks.map(aboutTask) ?? []),
    section(
      "Other lines of the log",
      others.flatMap((line) => aboutLine(line, mapped)),
    ),
    ...(rows === undefined
      ? [["The database was not asked: tasks, mails and events are known from the log alone."]]
      : []),
  ];
  return parts.flatMap((part) => (part.length > 0 ? part.join("\n") : [])).join("\n\n");
}

const noLine =
  "The log has no line of it: it was ordinary and not sampled, or the log that was read does not go back so far.";

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [styleText("bold", title), ...lines.map((line) => line.replaceAll(/^/gm, "  "))];
}

function aboutRequest(line: LogLine): string[] {
  const { method, route = "no such path", status, code, duration_ms, at } = line;
  const caller = ["user_id", "session_id", "api_key_id"].flatMap((name) => (line[name] ? `${name} ${line[name]}` : []));
  const facts = [
    "db_round_trips",
    "db_ms",
    "db_tried_again",
    "hash_ms",
    "cache",
    "rate_class",
    "version",
    "environment",
  ]
    .concat("colo")
    .flatMap((name) => (line[name] == null ? [] : `${name} ${line[name]}`));
  return [
    [at, method, route, status, code].filter(Boolean).join(" "),
    `${duration_ms} ms${caller.length > 0 ? `, ${caller.join(", ")}` : ", nobody was signed in"}`,
    ...(facts.length > 0 ? [facts.join(", ")] : []),
  ];
}

function causeOf(cause: unknown, mapped: (stack: string) => string): string[] {
  if (typeof cause !== "object" || cause === null) return [];
  const { stack, cause: inner, ...fields }: Record<string, unknown> = { ...cause };
  const said = Object.entries(fields).flatMap(([name, value]) => (value == null ? [] : `${name}: ${inWords(value)}`));
  const frames = mapped(String(stack ?? ""))
    .split("\n")
    .filter((frame) => frame.trim().startsWith("at "))
    .map((frame) => frame.trim());
  return [...said, ...frames, ...causeOf(inner, mapped)];
}

function aboutStatements({ at, duration_ms, queries, rows, sqlstate, fault }: LogLine): string[] {
  const outcome = sqlstate ? `failed with ${sqlstate}` : `rows: ${Array.isArray(rows) ? rows.join(", ") : "unknown"}`;
  const met = fault ? `, met the fault ${fault}` : "";
  const texts = Array.isArray(queries)
    ? queries.map((query) => `  ${String(query).replaceAll(/\s+/g, " ").trim()}`)
    : [];
  return [`${clock(at)} ${duration_ms} ms, ${outcome}${met}`, ...texts];
}

/** The events that a line names, where the database was not asked. */
function eventsOf({ events }: LogLine): DatabaseRow[] {
  return Array.isArray(events) ? events : [];
}

function aboutEvent({ kind, user_id, actor_id, created_at }: DatabaseRow): string {
  const by = actor_id && actor_id !== user_id ? `, by ${actor_id}` : "";
  return `${clock(created_at)} ${kind}${user_id ? `, account ${user_id}` : ""}${by}`.trim();
}

function aboutTask({
  id,
  name,
  state,
  attempt,
  created_at,
  run_at,
  finished_at,
  error,
  mail,
  sent_at,
}: DatabaseRow): string {
  const next = state === "waiting" ? `, next attempt ${run_at}` : finished_at ? `, ended ${clock(finished_at)}` : "";
  const sent = mail ? `, ${mail} ${sent_at ? `sent ${clock(sent_at)}` : "not sent"}` : "";
  const why = error ? `\n  ${error}` : "";
  return `${clock(created_at)} ${name} ${id}: ${state} after ${counted(Number(attempt), "attempt")}${next}${sent}${why}`;
}

function aboutLine(
  { at, level, message, cause, request_id: _, ...fields }: LogLine,
  mapped: (stack: string) => string,
) {
  const rest = Object.entries(fields).flatMap(([name, value]) => (value == null ? [] : `${name}=${inWords(value)}`));
  const causes = causeOf(cause, mapped).map((line) => `  ${line}`);
  return [[clock(at), level, message, rest.join(" ")].filter(Boolean).join(" "), ...causes];
}

function inWords(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The time of day of a time, as the database or the log writes it. */
function clock(time: unknown): string {
  return /\d\d:\d\d:\d\d(\.\d{1,3})?/.exec(String(time ?? ""))?.[0] ?? "";
}
