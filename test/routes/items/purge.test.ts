import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { items } from "../../../src/db/schema.ts";
import { purgeDeleted } from "../../../src/tasks/purge-deleted.ts";
import { purgeUsers } from "../../../src/tasks/purge-users.ts";
import { api, aUser, bindings, db, perform } from "../../harness.ts";

/** Runs one step of the purge, and answers the number of items removed. */
async function purge(own = bindings): Promise<number> {
  const counts = await Promise.all(purgeDeleted.map((task) => perform(task, { steps: 1, bindings: own })));
  return counts.reduce((sum, count) => sum + count, 0);
}
async function purgeAll() {
  for (const task of purgeDeleted) await perform(task);
}

/** A user with this many items that were deleted this many days ago. */
async function aUserWithDeleted(count: number, days: number) {
  const user = await aUser();
  const { rows } = await db.execute<{ id: string }>(sql`insert into items (id, owner_id, title, deleted_at)
    select gen_random_uuid(), ${user.id}::uuid, 'Item ' || n, now() - make_interval(secs => ${days * 86_400})
    from generate_series(1, ${count}::int) n returning id`);
  return { ...user, ids: rows.map(({ id }) => id) };
}
const left = (ownerId: string) => db.$count(items, eq(items.owner_id, ownerId));

describe("the purge of deleted rows", () => {
  it("keeps live rows, and rows deleted within the retention period", async () => {
    const [recent, { id, token }] = [await aUserWithDeleted(3, 29.9), await aUser()];
    await api.post("/items", { token, json: { title: "Live" } });
    await db.update(items).set({ created_at: sql`now() - interval '1 year'` }).where(eq(items.owner_id, id));
    await purgeAll();
    expect([await left(recent.id), await left(id)]).toStrictEqual([3, 1]);
    expect((await recent.post(`/items/${recent.ids[0]}/restore`)).status).toBe(200);
  });

  it("keeps rows that the API has just deleted", async () => {
    const ada = await aUser();
    const { body } = await ada.post("/items", { title: "t" });
    await ada.delete(`/items/${body.id}`);
    await purgeAll();
    expect(await left(ada.id)).toBe(1);
  });

  it("then removes them for good, in bounded steps", async () => {
    await purgeAll();
    const user = await aUserWithDeleted(2_500, 30.1);
    for (const rest of [1_500, 500, 0]) {
      await purge();
      expect(await left(user.id)).toBe(rest);
    }
    expect((await user.post(`/items/${user.ids[0]}/restore`)).status).toBe(404);
    expect(await purge()).toBe(0);
    await aUserWithDeleted(2_500, 30.1);
    expect(await perform(purgeDeleted[0] ?? purgeUsers)).toBe(2_500);
  });

  it("has a retention that can be set", async () => {
    const user = await aUserWithDeleted(3, 8);
    await purge({ ...bindings, RETENTION_DAYS: "9" });
    expect(await left(user.id)).toBe(3);
    await purge({ ...bindings, RETENTION_DAYS: "7" });
    expect(await left(user.id)).toBe(0);
  });

  it("promise 18: against restoring at the same moment, each item is wholly there or wholly gone", async () => {
    let [restored, gone] = [0, 0];
    for (let round = 0; round < 6; round++) {
      const { id: ownerId, ids, token } = await aUserWithDeleted(50, 31);
      // In turns the purge has a start, and one restore.
      const early = round % 2 ? [purge(), purge()] : [];
      const restores = ids.map((id) => api.post(`/items/${id}/restore`, { token }));
      if (round % 2 === 0) await Promise.race(restores);
      const [answers] = await Promise.all([Promise.all(restores), purge(), purge(), ...early]);
      await purgeAll();
      const rows = await db.select().from(items).where(eq(items.owner_id, ownerId));
      const kept = new Map(rows.map((row) => [row.id, row]));
      for (const [i, { status }] of answers.entries()) {
        const row = kept.get(ids[i] ?? "");
        expect(status).toBe(row ? 200 : 404);
        if (row) expect(row).toMatchObject({ title: expect.stringMatching(/^Item /), deleted_at: null });
      }
      restored += rows.length;
      gone += ids.length - rows.length;
    }
    // The race was one: both sides won some.
    expect(restored).toBeGreaterThan(0);
    expect(gone).toBeGreaterThan(0);
  });

  it("takes what a purged account had with it, deleted or not", async () => {
    const [gone, other] = [await aUserWithDeleted(3, 1), await aUserWithDeleted(1, 1)];
    await gone.post("/items", { title: "Live" });
    await db.execute(sql`update users set deleted_at = now() - interval '31 days' where id = ${gone.id}`);
    await perform(purgeUsers);
    expect([await left(gone.id), await left(other.id)]).toStrictEqual([0, 1]);
  });
});
