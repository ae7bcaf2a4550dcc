import { type SQL, sql } from "drizzle-orm";
import { Migrations, ownMigrations } from "../crud/migrations.ts";
import type { Database } from "../db/client.ts";
import { doneBefore, fromDatabase } from "../db/errors.ts";
import { runGuarded } from "../db/guarded.ts";
import { ApiError } from "../errors.ts";
import type { Run, Statement } from "./types.ts";

/**
 * Makes a {@link Run} that puts this statement before all others, in their transaction, and drops its result. Without a
 * statement, answers the same `run`.
 */
export function behind(run: Run, first: Statement | undefined): Run {
  if (first === undefined) return run;
  const statement = first;
  async function runBehind(...statements: readonly Statement[]): Promise<unknown> {
    const [, ...results] = await run(statement, ...statements);
    return statements.length === 1 ? results[0] : results;
  }
  // The signature cannot be written on the implementation: see `runner`.
  return runBehind as Run;
}

/** Makes a {@link Run} that puts this statement after all others, in their transaction, and drops its result. */
export function followed(run: Run, last: Statement): Run {
  async function runFollowed(...statements: readonly Statement[]): Promise<unknown> {
    const results = (await run(...statements, last)).slice(0, -1);
    return statements.length === 1 ? results[0] : results;
  }
  // The signature cannot be written on the implementation: see `runner`.
  return runFollowed as Run;
}

/**
 * Makes a {@link Run} on this database. `guard` makes a condition that ends the transaction of a caller who may not:
 * part of a single statement, or the first statement of a batch.
 */
export function runner(db: Database, guard?: () => SQL): Run {
  async function run(...statements: readonly Statement[]): Promise<unknown> {
    const [first, ...others] = statements;
    if (!first) return [];
    try {
      if (!guard) return others.length > 0 ? await db.batch([first, ...others]) : await first;
      const condition = guard();
      const alone = others.length === 0 ? runGuarded(db, first, condition) : undefined;
      if (alone !== undefined) return await alone;
      const [, ...results] = await db.batch([db.execute(sql`select ${condition}`), first, ...others]);
      return others.length === 0 ? results[0] : results;
    } catch (error) {
      throw doneBefore(error) ?? (await blamed(db, fromDatabase(error)));
    }
  }
  // The signature cannot be written on the implementation: one statement answers a result, several answer a tuple.
  return run as Run;
}

/**
 * Finds out if a missing table, column or function means a missing migration or a wrong statement. Only such an error
 * costs this extra round trip.
 */
async function blamed(db: Database, error: ApiError): Promise<ApiError> {
  if (error.code !== "not_ready") return error;
  const isMigrated = await Migrations.compare(db, [...ownMigrations.keys()]).then(
    ({ rows }) => rows.length === 0,
    () => false,
  );
  return isMigrated ? new ApiError("internal", { cause: error.cause }) : error;
}
