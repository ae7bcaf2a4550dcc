import { count, eq, getTableName, sql } from "drizzle-orm";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { organizationTables, ownedTables } from "../../src/db/schema.ts";
import { called, send } from "../calls.ts";
import { valuesIn } from "../examples.ts";
import { bindings, db, serve } from "../harness.ts";

const one = serve({ bindings: { ...bindings, ROWS_PER_OWNER: "1", ROWS_PER_ORGANIZATION: "1" } });
const writing = called.filter(
  ({ endpoint: { policy, route } }) => route.method !== "get" && policy.access !== "public",
);

const tables = [...ownedTables, ...organizationTables];

/** The number of rows in each table that this user owns, or this organization. */
async function rowsOf(user: string, organization: string): Promise<number[]> {
  const counts = tables.map(async (table) => {
    const isTheirs =
      "owner_id" in table ? eq(table.owner_id, user) : eq(table.organization_id, sql`${organization}::uuid`);
    const [kept] = await db.select({ rows: count() }).from(table).where(isTheirs);
    return kept?.rows ?? 0;
  });
  return Promise.all(counts);
}

describe("ROWS_PER_OWNER and ROWS_PER_ORGANIZATION", () => {
  it.each(writing)("let $operationId add no row beyond them, of whatever table", async ({ endpoint, make }) => {
    const call = await make();
    const { sub = "" } = decodeJwt(call.token ?? "");
    const { organization_id = sub } = valuesIn(endpoint, call.path);
    const before = await rowsOf(sub, organization_id);
    for (let i = 0; i < 3; i++) await send(endpoint, call, one);
    for (const [i, rows] of (await rowsOf(sub, organization_id)).entries()) {
      const table = tables[i] && getTableName(tables[i]);
      expect(rows, `rows of ${table}: insert them through withRoom or withRoomIn of src/crud/`).toBeLessThanOrEqual(
        Math.max(before[i] ?? 0, 1),
      );
    }
  });
});
