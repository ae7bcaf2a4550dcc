import type { SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Database } from "./client.ts";
import { dialect, preparing } from "./drizzle.ts";
import { outlineOf } from "./outline.ts";

/**
 * Runs one statement unless `guard` fails, an expression of parameters only: PostgreSQL evaluates it once, before any
 * row. Answers undefined without running a statement that cannot be nested and needs a batch behind its guard.
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

/** Frames a statement inside a select. One that writes in its own `with` cannot: only the top level may. */
function frameOf(sql: string): ((sql: string) => string) | undefined {
  if (/^\s*select\b/i.test(sql)) return (inner) => `select answer.* from (${inner}) as answer`;
  const answersRows = /^\s*(insert|update|delete)\b/i.test(sql) && outlineOf(sql).answersRows;
  return answersRows ? (inner) => `with answer as (${inner}) select answer.* from answer` : undefined;
}
