import type { IncomingMessage } from "node:http";
import { isPostgresError, type Result, type SqlStatement } from "./database.ts";

/** The statements of a call, without their parameters, and what became of them. */
export type Heard = {
  request_id: string;
  duration_ms: number;
  queries: string[];
  rows?: (number | null)[];
  sqlstate?: string;
  fault?: string;
};

/** The characters of a statement that are told. */
const longestQuery = 2_000;

/** Tells what became of statements, if the request says for which other one they are. */
export async function heard(
  { headers }: IncomingMessage,
  hear: ((heard: Heard) => void) | undefined,
  statements: SqlStatement[],
  work: () => Promise<Result[]>,
): Promise<Result[]> {
  const request_id = headers["x-request-id"];
  if (!hear || typeof request_id !== "string") return work();
  const started = performance.now();
  const tell = (outcome: Pick<Heard, "rows" | "sqlstate">) => {
    const queries = statements.map(({ query }) => query.slice(0, longestQuery));
    const fault = headers["x-chaos"] === undefined ? {} : { fault: String(headers["x-chaos"]) };
    hear({ request_id, duration_ms: Math.round(performance.now() - started), queries, ...outcome, ...fault });
  };
  try {
    const results = await work();
    tell({ rows: results.map(({ rowCount }) => rowCount) });
    return results;
  } catch (error) {
    tell({ sqlstate: isPostgresError(error) ? String(error.code) : "an unknown fault" });
    throw error;
  }
}
