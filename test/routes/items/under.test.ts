import { eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Items } from "../../../src/crud/items.ts";
import { requireReachable } from "../../../src/crud/owned.ts";
import { items } from "../../../src/db/schema.ts";
import { endpoint } from "../../../src/endpoint/endpoint.ts";
import { endpoints } from "../../../src/routes/index.ts";
import { Id } from "../../../src/schemas/common.ts";
import { aUser, db, serve } from "../../harness.ts";

const addUnder = endpoint(
  {
    method: "post",
    path: "/items/{item_id}/parts",
    operationId: "addUnder",
    tags: ["items"],
    summary: "Add a part",
    description: "To an item of yours.",
    access: "user",
    idempotent: true,
    request: { params: z.object({ item_id: Id }) },
    responses: { 204: { description: "It is there" } },
    errors: ["not_found", "quota_exceeded"],
  },
  async (c) => {
    const { db, run, user, settings } = c.var;
    const parent = c.req.valid("param").item_id;
    const part = { id: uuidv7(), owner_id: user.id, title: `part of ${parent}` };
    await run(requireReachable(db, items, parent, user), Items.insert(db, part, settings.ROWS_PER_OWNER));
    return c.body(null, 204);
  },
);

describe("requireReachable", () => {
  const app = serve({ endpoints: [...endpoints, addUnder] });
  const partsOf = (id: string) =>
    db
      .select()
      .from(items)
      .where(eq(items.title, `part of ${id}`));

  it("lets nothing be written under a row that the caller cannot reach, and answers as for a missing one", async () => {
    const [owner, stranger, admin] = [await aUser(), await aUser(), await aUser({ role: "admin" })];
    const { id } = (await owner.post("/items", { title: "whole" })).body;
    const add = (token: string, to = id, key = uuidv7()) =>
      app.post(`/items/${to}/parts`, { token, headers: { "X-Request-Id": "same", "Idempotency-Key": key } });
    const [theirs, nobodys] = [await add(stranger.token), await add(stranger.token, uuidv7())];
    expect([theirs.status, theirs.roundTrips, theirs.body.errors]).toStrictEqual([404, 1, undefined]);
    expect(theirs.text).toBe(nobodys.text);
    expect(await partsOf(id)).toStrictEqual([]);
    for (const { token } of [owner, admin]) {
      const key = uuidv7();
      const answers = [await add(token, id, key), await add(token, id, key)];
      expect(answers.map(({ status, roundTrips }) => [status, roundTrips])).toStrictEqual([
        [204, 1],
        [204, 1],
      ]);
    }
    expect(await partsOf(id)).toHaveLength(2);
    await owner.delete(`/items/${id}`);
    expect((await add(owner.token)).status).toBe(404);
    expect(await partsOf(id)).toHaveLength(2);
  });
});
