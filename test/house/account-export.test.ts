import { eq, getTableName } from "drizzle-orm";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { ownedTables } from "../../src/db/schema.ts";
import { called, send } from "../calls.ts";
import { api, db } from "../harness.ts";

const creating = called.filter(
  ({ endpoint: { policy, route } }) => route.method === "post" && policy.access !== "public",
);

describe("promise 53: the export of an account", () => {
  const seen = new Set<string>();

  it.each(creating)("has each row that $operationId leaves to its caller", async ({ endpoint, make }) => {
    const call = await make();
    const { sub = "" } = decodeJwt(call.token ?? "");
    await send(endpoint, call);
    const { status, text } = await api.get("/users/me/export", { token: call.token ?? "" });
    // The call may have ended the session.
    expect([200, 401]).toContain(status);
    for (const table of status === 200 ? ownedTables : []) {
      const rows = await db.select({ id: table.id }).from(table).where(eq(table.owner_id, sub));
      for (const { id } of rows) expect(text, getTableName(table)).toContain(id);
      if (rows.length > 0) seen.add(getTableName(table));
    }
  });

  it("was looked at with rows in it", () => {
    expect(seen).not.toStrictEqual(new Set());
  });
});
