/** A row as JSON, its columns in order. */
export type JsonRow = Record<string, unknown>;

/** A number that JavaScript cannot represent as written, such as 1.10 or 9007199254740993. */
class AlteredNumber {
  readonly source: string;
  readonly value: number;

  constructor(source: string, value: number) {
    this.source = source;
    this.value = value;
  }
}

/**
 * Parses rows that Postgres wrote as JSON, one list per statement. A number that JavaScript would alter stays text,
 * like the driver's `numeric` and `bigint`; inside a `json` column it becomes a number.
 */
export function readResults(text: string): JsonRow[][] {
  let isAltered = false;
  // TypeScript does not know a reviver's third parameter yet.
  const revive = ((_key: string, value: unknown, { source }: { source?: string }) => {
    if (typeof value !== "number" || source === undefined || String(value) === source) return value;
    isAltered = true;
    return new AlteredNumber(source, value);
  }) as (key: string, value: unknown) => unknown;
  const results: JsonRow[][] = JSON.parse(text, revive);
  return isAltered ? results.map((rows) => rows.map(restored)) : results;
}

function restored(row: JsonRow): JsonRow {
  const cell = (value: unknown) => (value instanceof AlteredNumber ? value.source : asNumbers(value));
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cell(value)]));
}

function asNumbers(value: unknown): unknown {
  if (value instanceof AlteredNumber) return value.value;
  if (Array.isArray(value)) return value.map(asNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asNumbers(inner)]));
}
