/**
 * Finds statements of the Worker that meet rows of organizations where nothing has said of which: the policies hide all of
 * them, so that a task does nothing and a page shows nothing, without an error.
 */
import { getTableName } from "drizzle-orm";
import { inject } from "vitest";
import { organizationTables } from "../src/db/schema.ts";

const tables = new Set(organizationTables.map(getTableName));
/** Tables that a statement named without an organization, since the last {@link holdReach}. */
const unreached = new Set<string>();

/** Looks at the transaction of a call to the database by Neon's SQL over HTTP. The owner of the tables sees every row. */
export function noteStatements(url: URL, body: unknown): void {
  if (tables.size === 0 || typeof body !== "string" || url.href === new URL(inject("ownerEndpoint")).href) return;
  const asked: { query?: string; queries?: { query: string }[] } = JSON.parse(body);
  let isReached = false;
  for (const query of asked.queries?.map((one) => one.query) ?? [asked.query ?? ""]) {
    // The guard of a member runs before the first row, also in the statement that it is part of.
    isReached ||= /\brequire_(member|key)\(/.test(query);
    if (!isReached) for (const table of tables) if (namesTable(query, table)) unreached.add(table);
    isReached ||= query.includes("'plinth.organization_id'");
  }
}

function namesTable(query: string, table: string): boolean {
  return new RegExp(`(?<![\\w'".:/-])(?:"${table}"|${table})(?![\\w'":/-])`).test(query);
}

/** Fails a test whose request or task met rows of organizations, and found none, whatever there are. */
export function holdReach(): void {
  const [table] = unreached;
  unreached.clear();
  if (table === undefined) return;
  throw new Error(
    `A statement names ${table}, whose rows organizations own, and nothing in front of it says of which: it finds none. ` +
      "In a task or on a public page, put reachEvery or reachOne in front of it, in the same run. docs/organizations.md shows both.",
  );
}

/** Has a table that the schema does not have looked after during some work, for tests of this file. */
export async function lookingAfter<Result>(table: string, work: () => Promise<Result>): Promise<Result> {
  tables.add(table);
  try {
    return await work();
  } finally {
    tables.delete(table);
    unreached.clear();
  }
}
