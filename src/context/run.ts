import type { Database } from "../db/client.ts";
import { doneBefore, fromDatabase } from "../db/errors.ts";
import type { Run, Statement } from "./types.ts";

/** A {@link Run} that puts this statement before all others, in their transaction, and keeps its result to itself. */
export function behind(run: Run, first: Statement): Run {
  async function runBehind(...statements: readonly Statement[]): Promise<unknown> {
    const [, ...results] = await run(first, ...statements);
    return statements.length === 1 ? results[0] : results;
  }
  // As in `runner`.
  return runBehind as Run;
}

/** A {@link Run} on this database; `guard` makes the statement that goes first in every batch. */
export function runner(db: Database, guard?: () => Statement): Run {
  async function run(...statements: readonly Statement[]): Promise<unknown> {
    const [first, ...others] = guard ? [guard(), ...statements] : statements;
    if (!first) return [];
    try {
      const results: unknown[] = others.length > 0 || guard ? await db.batch([first, ...others]) : [await first];
      const own = guard ? results.slice(1) : results;
      return statements.length === 1 ? own[0] : own;
    } catch (error) {
      throw doneBefore(error) ?? fromDatabase(error);
    }
  }
  // The signature cannot be written on the implementation: one statement answers a result, several answer a tuple.
  return run as Run;
}
