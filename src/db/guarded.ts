import type { SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Database } from "./client.ts";
import { dialect, preparing } from "./drizzle.ts";
import { outlineOf } from "./outline.ts";

/**
 * Runs one statement that stands or falls with `guard`, an expression of parameters alone. PostgreSQL evaluates it once, as a
 * one-time filter, before the first row is read or written, and also where there is none. Answers undefined, having run nothing,
 * where the statement cannot stand inside another: it then needs a batch behind its guard.
 */
export function runGuarded(db: Database, statement: BatchItem<"pg">, guard: SQL): Promise<unknown> | undefined {
  const prepared = preparing(statement)();
  const { sql, params } = prepared.getQuery();
  const frame = frameOf(sql);
  if (frame === undefined) return undefined;
  const { sql: condition, params: guardParams } = dialect.sqlToQuery(guard);
  const shifted = condition.replaceAll(/\$(\d+)/g, (_, number) => `$${Number(number) + params.length}`);
  const options = { fullResults: true, arrayMode: prepared.isResponseInArrayMode() };
  return db.$client
    .query(`${frame(sql)} where ${shifted}`, [...params, ...guardParams], options)
    .then((result) => prepared.mapResult(result, true));
}

/** How a statement stands inside a select. One with a `with` of its own may write there, which only the top level may. */
function frameOf(sql: string): ((sql: string) => string) | undefined {
  if (/^\s*select\b/i.test(sql)) return (inner) => `select answer.* from (${inner}) as answer`;
  const answersRows = /^\s*(insert|update|delete)\b/i.test(sql) && outlineOf(sql).answersRows;
  return answersRows ? (inner) => `with answer as (${inner}) select answer.* from answer` : undefined;
}
