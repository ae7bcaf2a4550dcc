import { eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { runner } from "../../../src/context/run.ts";
import { AuditEvents } from "../../../src/crud/audit-events.ts";
import { Items } from "../../../src/crud/items.ts";
import { reachable } from "../../../src/crud/owned.ts";
import { requireState } from "../../../src/crud/rows.ts";
import { auditEvents, items } from "../../../src/db/schema.ts";
import type { RefusalCode } from "../../../src/db/sqlstates.ts";
import { endpoint, json } from "../../../src/endpoint/endpoint.ts";
import { endpoints } from "../../../src/routes/index.ts";
import { IdParams } from "../../../src/schemas/common.ts";
import { Item } from "../../../src/schemas/items.ts";
import { auditEvent } from "../../../src/services/audit.ts";
import { aUser, db, serve } from "../../harness.ts";

/** An endpoint that makes an item public once, and keeps an event of it. Otherwise it refuses with this code. */
const publishing = (code: RefusalCode) =>
  endpoint(
    {
      method: "post",
      path: "/items/{id}/publish",
      operationId: "publish",
      tags: ["items"],
      summary: "Publish an item",
      description: "One that is not public.",
      access: "user",
      idempotent: true,
      request: { params: IdParams },
      responses: { 200: json(Item, "The public item") },
      errors: ["not_found", code],
    },
    async (c) => {
      const { db, run, user } = c.var;
      const { id } = c.req.valid("param");
      const event = auditEvent(c.var, "account.exported", user.id, { item: id });
      const isPrivate = eq(items.is_public, false);
      const [, [item]] = await run(
        requireState(db, items, reachable(items, id, user), isPrivate, code),
        Items.update(db, id, user, { is_public: true }),
        AuditEvents.insert(db, event),
      );
      return c.json(Item.parse(item), 200);
    },
  );
const app = serve({ endpoints: [...endpoints, publishing("conflict")] });

/** A user with an item, and the calls that publish it. */
async function anItem(values: object = {}) {
  const user = await aUser();
  const { id } = (await user.post("/items", { title: "Loom", ...values })).body;
  const publish = (by: { token: string } = user, of = id, headers = {}) =>
    app.post(`/items/${of}/publish`, { token: by.token, headers });
  const events = async () => (await db.select().from(auditEvents).where(sql`details ->> 'item' = ${id}`)).length;
  return { user, id, publish, events };
}

describe("a change that its row allows in one state only", () => {
  it("takes effect once, with what goes along with it, in one round trip", async () => {
    const { publish, events } = await anItem();
    const [first, second] = [await publish(), await publish()];
    expect([first.status, first.body.is_public, first.roundTrips]).toStrictEqual([200, true, 1]);
    expect([second.status, second.body.code, second.roundTrips]).toStrictEqual([409, "conflict", 1]);
    expect(await events()).toBe(1);
  });

  it("takes effect once for fifty at the same time", async () => {
    const { publish, events } = await anItem();
    const statuses = (await Promise.all(Array.from({ length: 50 }, () => publish()))).map(({ status }) => status);
    expect(statuses.toSorted()).toStrictEqual([200, ...Array.from({ length: 49 }, () => 409)]);
    expect(await events()).toBe(1);
  });

  it("is refused as a missing row to a stranger, and where the row was deleted, whatever its state", async () => {
    for (const is_public of [true, false]) {
      const { user, id, publish, events } = await anItem({ is_public });
      const stranger = await aUser();
      expect([(await publish(stranger)).status, (await publish(stranger, uuidv7())).status]).toStrictEqual([404, 404]);
      await user.delete(`/items/${id}`);
      expect((await publish()).status).toBe(404);
      expect(await events()).toBe(0);
    }
  });

  it("is answered again under an Idempotency-Key", async () => {
    const { user, id, publish, events } = await anItem();
    const headers = { "Idempotency-Key": uuidv7() };
    const [first, again] = [await publish(user, id, headers), await publish(user, id, headers)];
    expect([first.status, again.status, again.text]).toStrictEqual([200, 200, first.text]);
    expect(await events()).toBe(1);
  });

  it("is refused with the code that is asked for, and nothing of it is logged as a fault", async () => {
    for (const code of ["conflict", "still_referenced", "forbidden", "invalid_cursor"] as const) {
      const own = serve({ endpoints: [publishing(code)] });
      const { user, id } = await anItem({ is_public: true });
      const answer = await own.post(`/items/${id}/publish`, { token: user.token });
      expect(answer.body.code).toBe(code);
      expect(own.logs.filter(({ level }) => level !== "info")).toStrictEqual([]);
    }
  });

  it("is refused where the state is null", async () => {
    const { user, id } = await anItem();
    const isNull = sql<boolean>`null::boolean`;
    const asked = runner(db)(requireState(db, items, reachable(items, id, user), isNull, "conflict"));
    await expect(asked).rejects.toMatchObject({ code: "conflict" });
  });
});
