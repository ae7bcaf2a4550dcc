import { eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { Items } from "../../../src/crud/items.ts";
import { purgeRows } from "../../../src/crud/rows.ts";
import { idempotencyKeys, items, throttles } from "../../../src/db/schema.ts";
import { aUser, bindings, db, serve } from "../../harness.ts";
import { holding } from "../../holding.ts";

describe("ROWS_PER_OWNER", () => {
  const small = serve({ bindings: { ...bindings, ROWS_PER_OWNER: "3" } });
  const create = (token: string, headers: Record<string, string> = {}) =>
    small.post("/items", { token, json: { title: "t" }, headers });
  const batch = (token: string, creates: number) => {
    const operations = Array.from({ length: creates }, () => ({ op: "create", item: { title: "t" } }));
    return small.post("/items/batch", { token, json: { operations } });
  };

  it("counts each user's rows, deleted ones until they are purged, and is told as quota_exceeded", async () => {
    const [user, other] = [await aUser(), await aUser()];
    const made = [await create(user.token), await create(user.token), await create(user.token)];
    expect(made.map(({ status, roundTrips }) => [status, roundTrips])).toStrictEqual(Array(3).fill([201, 1]));
    const refused = await create(user.token);
    expect([refused.status, refused.body.code, refused.roundTrips]).toStrictEqual([409, "quota_exceeded", 1]);
    const { id } = made[0]?.body ?? {};
    await small.as(user).delete(`/items/${id}`);
    expect((await create(user.token)).status).toBe(409);
    expect((await small.as(user).post(`/items/${id}/restore`)).status).toBe(200);
    expect((await create(other.token)).status).toBe(201);
    await small.as(user).delete(`/items/${id}`);
    await db.update(items).set({ deleted_at: sql`now() - interval '31 days'` }).where(eq(items.id, id));
    await db.execute(purgeRows(db, items, 30, 1_000).getSQL());
    expect((await create(user.token)).status).toBe(201);
  });

  it("holds for a batch as a whole, and for who is not signed in there is a 401 first", async () => {
    const ada = await aUser();
    expect((await batch(ada.token, 2)).status).toBe(200);
    expect((await batch(ada.token, 2)).body.code).toBe("quota_exceeded");
    expect((await batch(ada.token, 1)).status).toBe(200);
    await db.execute(sql`update sessions set revoked_at = now() where user_id = ${ada.id}`);
    expect((await create(ada.token)).status).toBe(401);
  });

  it("holds for creates and batches at once, also where they are many", async () => {
    const ada = await aUser();
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? batch(ada.token, 2) : create(ada.token))),
    );
    for (const { status, body } of made)
      if (status > 201) expect([status, body.code]).toStrictEqual([409, "quota_exceeded"]);
    const kept = await db.$count(items, eq(items.owner_id, ada.id));
    // A batch may find room for one.
    expect(kept).toBeGreaterThanOrEqual(2);
    expect(kept).toBeLessThanOrEqual(3);
  });

  it("counts the row of another request that is not committed yet", async () => {
    const ada = await aUser();
    await batch(ada.token, 2);
    const other = await holding(Items.insert(db, { id: uuidv7(), owner_id: ada.id, title: "t" }, 3).getSQL());
    const last = create(ada.token);
    await other.meets(last);
    await other.release();
    expect((await last).body.code).toBe("quota_exceeded");
    expect(await db.$count(items, eq(items.owner_id, ada.id))).toBe(3);
  });

  it("refuses no repetition of what was made within it", async () => {
    const ada = await aUser();
    await batch(ada.token, 2);
    const key = { "Idempotency-Key": "last" };
    const made = await create(ada.token, key);
    expect(made.status).toBe(201);
    expect((await create(ada.token, key)).body).toStrictEqual(made.body);
    expect((await create(ada.token, { "Idempotency-Key": "beyond" })).status).toBe(409);
  });

  it("is no bound where it is 0", async () => {
    const ada = await aUser();
    const app = serve({ bindings: { ...bindings, ROWS_PER_OWNER: "0" } });
    expect((await app.as(ada).post("/items", { title: "t" })).status).toBe(201);
  });
});

describe("IDEMPOTENCY_KIB_PER_USER", () => {
  const small = serve({ bindings: { ...bindings, IDEMPOTENCY_KIB_PER_USER: "1024" } });
  const stored = async (userId: string) => {
    const bytes = sql<number>`coalesce(sum(octet_length(results::text)), 0)::int`;
    const [kept] = await db.select({ bytes }).from(idempotencyKeys).where(eq(idempotencyKeys.user_id, userId));
    return kept?.bytes ?? 0;
  };

  it("bounds what small requests under new keys leave behind, and gives room back with time", async () => {
    const ada = await aUser();
    const description = "d".repeat(10_000);
    const made = await Promise.all([1, 2, 3, 4, 5].map(() => ada.post("/items", { title: "t", description })));
    const toggles = (isPublic: boolean) =>
      made.map(({ body: { id } }) => ({ op: "update", id, item: { is_public: isPublic } }));
    const toggle = (key: number) =>
      small
        .as(ada)
        .post("/items/batch", { operations: toggles(key % 2 === 0) }, { headers: { "Idempotency-Key": `${key}` } });
    const first = await toggle(0);
    let last = first;
    let keys = 1;
    for (; last.status === 200 && keys < 50; keys += 1) last = await toggle(keys);
    expect(keys).toBeGreaterThan(20);
    expect(last.status).toBe(429);
    expect(last.body.code).toBe("too_many_requests");
    expect(last.roundTrips).toBe(1);
    expect(Number(last.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await stored(ada.id)).toBeLessThan(1_100_000);
    const again = await toggle(0);
    expect([again.status, again.body]).toStrictEqual([200, first.body]);
    expect(again.headers.get("Idempotent-Replayed")).toBe("true");
    const without = await small.as(ada).post("/items/batch", { operations: toggles(true) });
    expect(without.status).toBe(200);
    await db
      .update(throttles)
      .set({ last_attempt_at: sql`last_attempt_at - interval '2 hours'` })
      .where(eq(throttles.key, `idempotency:${ada.id}`));
    expect((await toggle(keys)).status).toBe(200);
  });

  it("counts each key, however little is kept under it, and nothing that was refused", async () => {
    const ada = await aUser();
    const counted = async () =>
      (
        await db
          .select()
          .from(throttles)
          .where(eq(throttles.key, `idempotency:${ada.id}`))
      )[0]?.attempts ?? 0;
    const create = (key: string, title: unknown = "t") =>
      small.as(ada).post("/items", { title }, { headers: { "Idempotency-Key": key } });
    const many = await Promise.all(Array.from({ length: 20 }, (_, i) => create(`${i}`)));
    expect(many.map(({ status }) => status)).toStrictEqual(Array(20).fill(201));
    expect(await counted()).toBe(20);
    await create("0");
    await create("0", "another");
    expect(await counted()).toBe(20);
  });
});
