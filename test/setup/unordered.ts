import type { LocalDatabase, Result, SqlStatement } from "../../dev/local/database.ts";

/**
 * Answers the rows of a select that has no `order by` at all the other way round. PostgreSQL mostly answers them as they
 * were inserted, until a row takes the place of one that was purged: what relies on that now fails each time.
 */
export function unordered(database: LocalDatabase): LocalDatabase {
  return {
    ...database,
    run: async (statement, ...rest) => turned(statement, await database.run(statement, ...rest)),
    async transaction(statements, ...rest) {
      const results = await database.transaction(statements, ...rest);
      return results.map((result, i) => turned(statements[i], result));
    },
  };
}

function turned(statement: SqlStatement | undefined, result: Result): Result {
  const isInOrder = result.command !== "SELECT" || /\border by\b/i.test(statement?.query ?? "");
  return isInOrder ? result : { ...result, rows: result.rows.toReversed() };
}
