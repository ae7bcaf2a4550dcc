import type { SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Database } from "./client.ts";
import { moved, preparedFormOf, queryOf } from "./drizzle.ts";
import { outlineOf } from "./outline.ts";

/**
 * Runs one statement unless `guard` fails. The guard is an expression of parameters only, so that PostgreSQL evaluates it
 * once, before any row. Answers undefined, and sends nothing, if the statement needs a batch behind its guard.
 */
export function runGuarded(db: Database, statement: BatchItem<"pg">, guard: SQL): Promise<unknown> | undefined {
  const form = preparedFormOf(statement);
  const { sql, params } = form.getQuery();
  const frame = frameOf(sql, form.endsInCondition);
  if (frame === undefined) return undefined;
  const { sql: condition, params: guardParams } = queryOf(guard);
  const options = { fullResults: true, arrayMode: form.isResponseInArrayMode() };
  return db.$client
    .query(`${frame} ${moved(condition, params.length)}`, [...params, ...guardParams], options)
    .then((result) => form.mapResult(result, true));
}

/**
 * The statement's text, ready for the guard's condition behind it. Undefined for a statement with a `with` of its
 * own, which may write and then cannot be nested, for a write without rows, and for a select that contains `false`,
 * drizzle's form of an empty list: PostgreSQL would see that no row matches, and skip the guard.
 */
function frameOf(sql: string, endsInCondition = false): string | undefined {
  if (/^\s*select\b/i.test(sql)) {
    if (/\bfalse\b/i.test(sql)) return undefined;
    return endsInCondition ? `${sql} and` : `select answer.* from (${sql}) as answer where`;
  }
  const answersRows = /^\s*(insert|update|delete)\b/i.test(sql) && outlineOf(sql).answersRows;
  return answersRows ? `with answer as (${sql}) select answer.* from answer where` : undefined;
}
