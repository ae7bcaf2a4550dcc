import { count, eq, getTableName } from "drizzle-orm";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { ownedTables } from "../../src/db/schema.ts";
import { called, send } from "../calls.ts";
import { bindings, db, serve } from "../harness.ts";

const one = serve({ bindings: { ...bindings, ROWS_PER_OWNER: "1" } });
const writing = called.filter(
  ({ endpoint: { policy, route } }) => route.method !== "get" && policy.access !== "public",
);

/** The number of this user's rows in each owned table. */
async function rowsOf(owner: string): Promise<number[]> {
  const counts = ownedTables.map(async (table) => {
    const [kept] = await db.select({ rows: count() }).from(table).where(eq(table.owner_id, owner));
    return kept?.rows ?? 0;
  });
  return Promise.all(counts);
}

describe("ROWS_PER_OWNER", () => {
  it.each(writing)("lets $operationId add no row beyond it, of whatever table", async ({ endpoint, make }) => {
    const call = await make();
    const { sub = "" } = decodeJwt(call.token ?? "");
    const before = await rowsOf(sub);
    for (let i = 0; i < 3; i++) await send(endpoint, call, one);
    for (const [i, rows] of (await rowsOf(sub)).entries()) {
      const table = ownedTables[i] && getTableName(ownedTables[i]);
      expect(rows, `rows of ${table}: insert them through withRoom of src/crud/owned.ts`).toBeLessThanOrEqual(
        Math.max(before[i] ?? 0, 1),
      );
    }
  });
});
