import { fillPlaceholders, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { drizzle } from "drizzle-orm/neon-http";
import type { Database } from "../db/client.ts";

/** Builds queries and sends none: what is kept here belongs to no request. */
// The mock has no client, which nothing asks for.
const offline = drizzle.mock({ schema: {} }) as unknown as Database;

/** What drizzle makes of a statement in order to run it, which its types leave out. */
type Prepared = {
  getQuery(): { sql: string; params: unknown[] };
  execute(...args: unknown[]): Promise<unknown>;
};

/**
 * A select whose SQL is built once in an isolate and then only filled in, for those that hot requests run in a batch: to
 * build it costs more CPU than to verify a token, where `sql` alone costs next to nothing. `build` makes the same SQL whatever
 * the texts are; they only stand in it. Leans on drizzle's own `_prepare`: a new version must pass its test.
 */
export function prepared<Texts extends string[], Query extends BatchItem<"pg">>(
  build: (db: Database, ...texts: Texts) => Query,
): (db: Database, ...texts: Texts) => Query {
  let kept: { query: Prepared; sql: string; params: unknown[] } | undefined;
  const prepare = (count: number) => {
    const placeholders = Array.from({ length: count }, (_, i) => sql.placeholder(String(i)));
    // drizzle takes a placeholder wherever it takes a value.
    const query = preparing(build(offline, ...(placeholders as unknown[] as Texts)))();
    return { query, ...query.getQuery() };
  };
  return (db, ...texts) => {
    const query = build(db, ...texts);
    const prepareAnew = preparing(query);
    kept ??= prepare(texts.length);
    const { sql, params } = kept;
    const filled: Prepared = Object.assign(Object.create(kept.query), {
      getQuery: () => ({ sql, params: fillPlaceholders(params, Object.fromEntries(texts.entries())) }),
      // Alone, which no hot request runs it.
      execute: (...args: unknown[]) => prepareAnew().execute(...args),
    });
    return Object.assign(query, { _prepare: () => filled });
  };
}

function preparing(query: BatchItem<"pg">): () => Prepared {
  const statement = query as BatchItem<"pg"> & { _prepare(): Prepared };
  return statement._prepare.bind(statement);
}
