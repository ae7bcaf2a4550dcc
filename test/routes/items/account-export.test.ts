import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { aUser, db, isThorough } from "../../harness.ts";

const fill = (ownerId: string, count: number, text: string) =>
  db.execute(sql`insert into items (id, owner_id, title, description)
    select gen_random_uuid(), ${ownerId}::uuid, 'Item ' || n, ${text} from generate_series(1, ${count}::int) n`);

describe("GET /users/me/export", () => {
  it("has the items of an account, those too that can still be restored", async () => {
    const ada = await aUser();
    const items = [];
    for (const title of ["Kept", "Deleted"]) items.push((await ada.post("/items", { title })).body);
    await ada.delete(`/items/${items[1].id}`);
    expect((await ada.get("/users/me/export")).body.items).toMatchObject([
      { title: "Deleted", is_deleted: true },
      { title: "Kept", is_deleted: false },
    ]);
  });

  it("promise 11: has nothing of anybody else", async () => {
    const [user, other] = [await aUser(), await aUser()];
    await fill(other.id, 3, "theirs");
    const answer = await user.get("/users/me/export");
    expect(answer.body.items).toStrictEqual([]);
    expect(answer.text).not.toContain(other.id);
  });

  it("holds 10,000 items, and says when that is not all", async () => {
    const user = await aUser();
    await fill(user.id, 10_000, "x".repeat(100));
    const all = (await user.get("/users/me/export")).body;
    expect(all.items).toHaveLength(10_000);
    expect(all.is_complete).toBe(true);
    await fill(user.id, 1, "one more");
    const most = (await user.get("/users/me/export")).body;
    expect(most.items).toHaveLength(10_000);
    expect(most.is_complete).toBe(false);
  });

  it("promise 14: stays bounded where the items are as large as they can be", async () => {
    const user = await aUser();
    await fill(user.id, isThorough ? 2_000 : 300, "\u{1f511}".repeat(10_000));
    const answer = await user.get("/users/me/export");
    expect(answer.status).toBe(200);
    expect(answer.body.is_complete).toBe(false);
    expect(answer.text.length).toBeLessThan(5 * 2 ** 20);
    expect(answer.body.items.length).toBeGreaterThan(90);
  });
});
