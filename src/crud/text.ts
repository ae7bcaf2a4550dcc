import { type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

/**
 * Matches a substring regardless of case, and of whether an accented letter is one character or two; `%`, `_` and `\` in the
 * text are literal.
 */
export function containing(column: PgColumn, text: string): SQL {
  return sql`normalize(${column}) ilike normalize(${`%${text.replace(/[\\%_]/g, "\\$&")}%`})`;
}
