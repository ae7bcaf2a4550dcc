import { fillPlaceholders, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { drizzle } from "drizzle-orm/neon-http";
import type { Database } from "../db/client.ts";

/** Builds queries but sends none, so that cached queries belong to no request. */
// The mock has no client, which nothing asks for.
const offline = drizzle.mock({ schema: {} }) as unknown as Database;

/** The prepared form of a statement, which drizzle's types omit. */
type Prepared = {
  getQuery(): { sql: string; params: unknown[] };
  execute(...args: unknown[]): Promise<unknown>;
};

/**
 * Builds the SQL of a select once per isolate, and then only fills it in: building costs more CPU than verifying a token.
 * `build` must make the same SQL for any values. For hot selects in a batch; relies on drizzle's internal `_prepare`.
 */
export function prepared<Texts extends string[], Query extends BatchItem<"pg">>(
  build: (db: Database, ...texts: Texts) => Query,
): (db: Database, ...texts: Texts) => Query {
  let kept: { query: Prepared; sql: string; params: unknown[] } | undefined;
  const prepare = (count: number) => {
    const placeholders = Array.from({ length: count }, (_, i) => sql.placeholder(String(i)));
    // drizzle accepts a placeholder wherever it accepts a value.
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
      // Outside a batch, where no hot request runs it.
      execute: (...args: unknown[]) => prepareAnew().execute(...args),
    });
    return Object.assign(query, { _prepare: () => filled });
  };
}

function preparing(query: BatchItem<"pg">): () => Prepared {
  const statement = query as BatchItem<"pg"> & { _prepare(): Prepared };
  return statement._prepare.bind(statement);
}
