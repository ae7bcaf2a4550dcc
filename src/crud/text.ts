import { type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

/** Matches a substring in any letter case and either Unicode form of accents; `%`, `_` and `\` are literal. */
export function containing(column: PgColumn, text: string): SQL {
  return sql`normalize(${column}) ilike normalize(${`%${text.replace(/[\\%_]/g, "\\$&")}%`})`;
}
