import { fillPlaceholders, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { drizzle } from "drizzle-orm/neon-http";
import type { Database } from "../db/client.ts";

/** Builds queries and sends none: what is kept here belongs to no request. */
const offline: Database = drizzle.mock({ schema: {} });

type Built = { sql: string; params: unknown[] };
/** What drizzle's `batch` takes of a statement, which its types leave out. */
type Prepared = {
  getQuery(): Built;
  isResponseInArrayMode(): boolean;
  mapResult(response: unknown, isFromBatch?: boolean): unknown;
};
type Statement = BatchItem<"pg"> & { _prepare(): Prepared; getSQL(): unknown };

/**
 * A query whose SQL is built once in an isolate and then only filled in, for those that hot requests run: to build one costs
 * about as much CPU as to verify a token. `build` makes the same SQL whatever the texts are; they only stand in it.
 */
export function prepared<Texts extends string[], Query extends BatchItem<"pg">>(
  build: (db: Database, ...texts: Texts) => Query,
): (db: Database, ...texts: Texts) => Query {
  let kept: { query: Prepared; built: Built } | undefined;
  const prepare = (count: number) => {
    const placeholders = Array.from({ length: count }, (_, i) => sql.placeholder(String(i)));
    // drizzle takes a placeholder wherever it takes a value.
    const query = asStatement(build(offline, ...(placeholders as unknown[] as Texts)))._prepare();
    return { query, built: query.getQuery() };
  };
  return (db, ...texts) => {
    kept ??= prepare(texts.length);
    const { query, built } = kept;
    const params = fillPlaceholders(built.params, Object.fromEntries(texts.entries()));
    const filled: Prepared = {
      getQuery: () => ({ ...built, params }),
      isResponseInArrayMode: () => query.isResponseInArrayMode(),
      mapResult: (response, isFromBatch) => query.mapResult(response, isFromBatch),
    };
    // Outside a batch, or inside another query, it is what it would have been.
    const anew = () => asStatement(build(db, ...texts));
    const statement = { _prepare: () => filled, getSQL: () => anew().getSQL(), execute: () => anew().execute() };
    return statement as unknown as Query;
  };
}

function asStatement(query: BatchItem<"pg">) {
  return query as Statement & { execute(): Promise<unknown> };
}
