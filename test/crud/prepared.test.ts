import { describe, expect, it } from "vitest";
import { findItem } from "../../src/crud/items.ts";
import { findUser } from "../../src/crud/users.ts";
import { api, aUser, db } from "../harness.ts";

describe("a query that is built once", () => {
  it("answers each caller's own rows, in a batch, alone and inside another query", async () => {
    const users = [await aUser(), await aUser({ full_name: "$1 ?" }), await aUser()];
    for (const { id, full_name } of users) {
      const [[batched], [other]] = await db.batch([findUser(db, id, id), findUser(db, users[0]?.id ?? "", id)]);
      expect(batched).toMatchObject({ id, full_name });
      expect(other?.id).toBe(id === users[0]?.id ? id : undefined);
      const [alone] = await findUser(db, id, id);
      expect(alone).toStrictEqual(batched);
      const { rows } = await db.execute(findUser(db, id, id).getSQL());
      expect(rows).toHaveLength(1);
    }
  });

  it("has a shape for each of its variants", async () => {
    const { id, token } = await aUser();
    const { body } = await api.post("/items", { token, json: { title: "t" } });
    for (const withOwner of [true, false, true]) {
      const [[item]] = await db.batch([findItem(db, body.id, id, withOwner)]);
      expect(item?.id).toBe(body.id);
      expect(item?.owner?.id).toBe(withOwner ? id : undefined);
    }
  });
});
