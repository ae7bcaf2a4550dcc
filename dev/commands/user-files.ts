import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { parse } from "csv-parse";
import { CommandError } from "../config.ts";
import { isUtf16, utf8From, withoutMark } from "../text.ts";

/** A row of a file with users, or the rule that it breaks. */
export type Line = { line: number; record: Record<string, unknown> } | { line: number; rule: string };

const notUtf8 = "is not UTF-8";

/**
 * Reads a CSV file, or one with a JSON object on each line. Throws {@link CommandError} for a file without users or, in CSV,
 * without a first row that names the columns.
 */
export async function* linesOf(file: string): AsyncGenerator<Line> {
  let isEmpty = true;
  const isJson = /\.(jsonl|ndjson)$/i.test(file);
  for await (const line of isJson ? jsonLines(bytesOf(file)) : csvLines(file)) {
    isEmpty = false;
    yield line;
  }
  if (isEmpty && isJson) throw new CommandError(`${file} holds no users.`);
}

/** Reads each byte as one character, so that a parser of ASCII syntax passes invalid UTF-8 through. */
function bytesOf(file: string): Readable {
  async function* chunks() {
    let isFirst = true;
    for await (const chunk of createReadStream(file)) {
      const bytes: Buffer = chunk;
      if (isFirst && isUtf16(bytes)) throw new CommandError(`${file} is UTF-16: save it as UTF-8.`);
      yield (isFirst ? withoutMark(bytes) : bytes).toString("latin1");
      isFirst = false;
    }
  }
  return Readable.from(chunks());
}

async function* jsonLines(input: Readable): AsyncGenerator<Line> {
  let line = 0;
  for await (const bytes of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    const text = utf8From(bytes);
    if (text === undefined) yield { line, rule: notUtf8 };
    else if (text.trim() !== "") yield { line, ...objectFrom(text) };
  }
}

function objectFrom(text: string): { record: Record<string, unknown> } | { rule: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { record: { ...value } };
  } catch {
    // Falls through to the rule below.
  }
  return { rule: "is not a JSON object" };
}

async function* csvLines(file: string): AsyncGenerator<Line> {
  const input = bytesOf(file);
  const malformed: Line[] = [];
  const rule = "is not CSV with the columns of the first row";
  const records = parse({
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => void malformed.push({ line: Number(error?.lines), rule }),
  });
  input.on("error", (error) => records.destroy(error));
  let columns: string[] | undefined;
  for await (const { info, record } of input.pipe(records)) {
    const { lines: line } = info;
    const fields: string[] = record;
    if (columns === undefined) {
      if (malformed.length > 0) break;
      columns = columnsOf(file, fields);
      continue;
    }
    yield* malformed.splice(0);
    const values = fields.map(utf8From);
    if (values.length !== columns.length) yield { line, rule };
    else if (values.includes(undefined)) yield { line, rule: notUtf8 };
    else yield { line, record: Object.fromEntries(columns.map((column, i) => [column, values[i]])) };
  }
  if (columns === undefined) throw new CommandError(`${file} has no first row with the names of the columns.`);
  yield* malformed;
}

function columnsOf(file: string, fields: string[]): string[] {
  const names = fields.map(utf8From).filter((name) => name !== undefined);
  if (names.length < fields.length) throw new CommandError(`The first row of ${file} ${notUtf8}.`);
  const lower = names.map((name) => name.toLowerCase());
  const twice = lower.find((name, i) => lower.indexOf(name) !== i);
  if (twice !== undefined) throw new CommandError(`The first row of ${file} names the column ${twice} twice.`);
  if (lower.includes("email")) return names;
  throw new CommandError(`The first row of ${file} must name the columns, and has no "email" among them.`);
}
