import { CommandError } from "../config.ts";
import type { Snapshot } from "./snapshot.ts";

/** The tables with policies, which bind their owner too: drizzle-kit only enables row-level security. */
export function securedTables({ tables }: Snapshot): string[] {
  return Object.values(tables)
    .filter(({ policies }) => Object.keys(policies).length > 0)
    .map(({ name }) => name);
}

/** The statement that binds the owner of such a table. */
export function forceStatement(table: string): string {
  return `ALTER TABLE "${table}" FORCE ROW LEVEL SECURITY;`;
}

/** Throws {@link CommandError} unless each table of organizations has its policy, or is listed among those that need none. */
export function checkPolicies(declared: Snapshot, exempt: readonly string[]): void {
  const bare = Object.values(declared.tables)
    .filter(({ name, columns, policies }) => "organization_id" in columns && !(`${name}_organization` in policies))
    .map(({ name }) => name)
    .filter((name) => !exempt.includes(name));
  if (bare.length === 0) return;
  throw new CommandError(
    `A query that forgets the organization would show the rows of all in ${bare.join(", ")}: add ` +
      `organizationPolicy("${bare[0]}", table) to the table in src/db/schema.ts, then npm run db:generate. Where queries go ` +
      "across organizations on purpose, name the table in acrossOrganizations there.",
  );
}

/** Throws {@link CommandError} unless the policies of these tables bind their owner too. */
export function checkForced(catalog: Map<string, string>, declared: Snapshot): void {
  const unbound = securedTables(declared).filter(
    (table) => !catalog.get(`table ${table}`)?.includes("row security t t"),
  );
  if (unbound.length === 0) return;
  throw new CommandError(
    `The owner of ${unbound.join(", ")} would see all rows. Put this into a new migration (npm run db:generate -- --custom):\n\n` +
      unbound.map(forceStatement).join("\n--> statement-breakpoint\n"),
  );
}
