import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { ItemBatches } from "../../../src/crud/item-batches.ts";
import { idempotencyKeys, items, users } from "../../../src/db/schema.ts";
import { api, aUser, bindings, db, serve } from "../../harness.ts";

const fifty = Array.from({ length: 50 }, (_, i) => i);
const missing = "019abc12-3456-7def-8abc-1234567890ab";
const create = (title: string) => ({ op: "create", item: { title } });
const batch = (token: string, operations: unknown[], headers: Record<string, string> = {}) =>
  api.post("/items/batch", { token, json: { operations }, headers });
const anItem = async (token: string, title = "An item"): Promise<string> =>
  (await api.post("/items", { token, json: { title, description: "Its description" } })).body.id;
const titlesOf = async (id: string) =>
  (await db.select().from(items).where(eq(items.owner_id, id))).map((row) => [row.title, row.deleted_at !== null]);

describe("POST /items/batch", () => {
  it("creates, changes and deletes, and answers in the order of the operations", async () => {
    const ada = await aUser();
    const [one, two, three] = [await anItem(ada.token), await anItem(ada.token), await anItem(ada.token)];
    const answer = await batch(ada.token, [
      create("First"),
      { op: "delete", id: two },
      { op: "update", id: one.toUpperCase(), if_match: 'W/"1"', item: { title: "Changed", is_public: true } },
      create("Second"),
      { op: "update", id: three, item: { description: null } },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.roundTrips).toBe(1);
    expect(answer.body.results).toMatchObject([
      { op: "create", etag: '"1"', item: { title: "First", description: null, owner_id: ada.id, is_public: false } },
      { op: "delete", id: two },
      {
        op: "update",
        etag: '"2"',
        item: { id: one, title: "Changed", description: "Its description", is_public: true },
      },
      { op: "create", etag: '"1"', item: { title: "Second" } },
      { op: "update", etag: '"2"', item: { id: three, title: "An item", description: null, is_public: false } },
    ]);
    const read = await ada.get(`/items/${one}`);
    expect(read.body).toStrictEqual(answer.body.results[2].item);
    expect(read.headers.get("ETag")).toBe(answer.body.results[2].etag);
    expect((await ada.get(`/items/${two}`)).status).toBe(404);
    // Unnamed fields keep their values, and ids are answered in our spelling.
    const again = await batch(ada.token, [
      { op: "update", id: one, item: { title: "Again" } },
      { op: "delete", id: three.toUpperCase() },
    ]);
    expect(again.body.results).toMatchObject([
      { item: { title: "Again", is_public: true } },
      { op: "delete", id: three },
    ]);
  });

  it("takes a hundred, keeps their order, and takes no more", async () => {
    const ada = await aUser();
    const hundred = Array.from({ length: 100 }, (_, i) => create(`Item ${i}`));
    const answer = await batch(ada.token, hundred);
    expect(answer.body.results.map((result: { item: { title: string } }) => result.item.title)).toStrictEqual(
      hundred.map(({ item }) => item.title),
    );
    const [own] = await db.select({ id: items.id }).from(items).where(eq(items.owner_id, ada.id)).limit(1);
    const update = { op: "update", id: own?.id, item: { title: "t" } };
    for (const operations of [
      [],
      [...hundred, create("One more")],
      [update, update],
      [update, { op: "delete", id: own?.id.toUpperCase() }],
      [{ op: "update", id: own?.id, item: {} }],
      [{ op: "update", id: own?.id, item: { owner_id: missing } }],
      [{ op: "update", id: own?.id, if_match: "*", item: { title: "t" } }],
      [{ op: "update", id: own?.id, if_match: '"2147483648"', item: { title: "t" } }],
      [{ op: "update", id: own?.id, if_match: '"1x"', item: { title: "t" } }],
      [{ op: "update", id: own?.id, if_match: '"01"', item: { title: "t" } }],
      [{ op: "update", id: own?.id, if_match: 'w/"1"', item: { title: "t" } }],
      [{ op: "create", item: { title: "t" }, id: missing }],
      [{ op: "upsert", item: { title: "t" } }],
    ]) {
      expect((await batch(ada.token, operations)).status, JSON.stringify(operations).slice(0, 80)).toBe(422);
    }
    expect(await db.$count(items, eq(items.owner_id, ada.id))).toBe(100);
  });

  it("does nothing where one operation cannot be done, and says which and why", async () => {
    const [{ id, token }, stranger] = [await aUser(), await aUser()];
    const [own, gone, foreign] = [await anItem(token), await anItem(token, "Gone"), await anItem(stranger.token)];
    await api.delete(`/items/${gone}`, { token });
    const before = await titlesOf(id);
    const update = { op: "update", id: own, item: { title: "Changed" } };
    const refusals: [number, string, unknown[]][] = [
      [404, "not_found", [create("New"), update, { op: "delete", id: missing }, { op: "delete", id: gone }]],
      [404, "not_found", [create("New"), update, { op: "delete", id: foreign }]],
      [404, "not_found", [create("New"), update, { op: "update", id: gone, item: { title: "t" } }]],
      [412, "precondition_failed", [create("New"), create("New"), { ...update, if_match: '"2"' }]],
      [412, "precondition_failed", [create("New"), create("New"), { op: "delete", id: own, if_match: '"999999999"' }]],
    ];
    for (const [status, code, operations] of refusals) {
      const answer = await batch(token, operations, { "Idempotency-Key": "k" });
      expect(answer.status).toBe(status);
      expect(answer.body.code).toBe(code);
      expect(answer.body.errors).toMatchObject([{ loc: ["body", "operations", 2], type: code }]);
    }
    expect(await titlesOf(id)).toStrictEqual(before);
    expect(await db.$count(idempotencyKeys, eq(idempotencyKeys.user_id, id))).toBe(0);
    expect((await stranger.get(`/items/${foreign}`)).status).toBe(200);
  });

  it("is all or nothing, also where an admin is one no more in the middle of it", async () => {
    // Two admins, so that one of them may stop being one.
    const [stranger, admin] = [await aUser(), await aUser({ role: "admin" }), await aUser({ role: "admin" })];
    const [one, two] = [await anItem(stranger.token), await anItem(stranger.token)];
    const targets = [one, two].map((id, position) => ({ id, version: undefined, position }));
    const [, , changed, deleted] = await db.batch([
      ItemBatches.lock(db, targets, admin),
      db.update(users).set({ role: "user" }).where(eq(users.id, admin.id)),
      ItemBatches.update(db, [{ id: one, title: "Changed" }], ["title"]),
      ItemBatches.delete(db, [two]),
    ]);
    expect([changed.length, deleted.length]).toStrictEqual([1, 1]);
    await expect(db.batch([ItemBatches.lock(db, targets, admin)])).rejects.toMatchObject({ code: "PT404" });
  });

  it("wants If-Match where changes must have one", async () => {
    const ada = await aUser();
    const id = await anItem(ada.token);
    const strict = serve({ bindings: { ...bindings, REQUIRE_IF_MATCH: "true" } });
    const send = (operation: object) => strict.as(ada).post("/items/batch", { operations: [create("New"), operation] });
    const answer = await send({ op: "delete", id });
    expect(answer.status).toBe(428);
    expect(answer.body.errors[0].loc).toStrictEqual(["body", "operations", 1]);
    expect((await send({ op: "update", id, item: { title: "t" } })).status).toBe(428);
    expect((await send({ op: "delete", id, if_match: '"1"' })).status).toBe(200);
  });

  it("promise 18: has one effect and one answer under an Idempotency-Key", async () => {
    const ada = await aUser();
    const own = await anItem(ada.token);
    const operations = [create("New"), { op: "update", id: own, item: { title: "Changed" } }, create("Newer")];
    const send = () => batch(ada.token, operations, { "Idempotency-Key": "k" });
    const answers = await Promise.all(fifty.map(send));
    for (const { status } of answers) expect([200, 409]).toContain(status);
    const replay = await send();
    expect(replay.headers.get("Idempotent-Replayed")).toBe("true");
    expect(new Set(answers.filter(({ status }) => status === 200).map(({ text }) => text))).toStrictEqual(
      new Set([replay.text]),
    );
    expect(await db.$count(items, eq(items.owner_id, ada.id))).toBe(3);
    expect((await ada.get(`/items/${own}`)).headers.get("ETag")).toBe('"2"');
  });

  it("promise 18: of fifty batches on the same versions one wins, in whatever order they name the items", async () => {
    const ada = await aUser();
    const ids = await Promise.all(fifty.slice(0, 10).map(() => anItem(ada.token)));
    const answers = await Promise.all(
      fifty.map((i) => {
        const operations = ids.map((id) => ({ op: "update", id, if_match: '"1"', item: { title: `Batch ${i}` } }));
        return batch(ada.token, i % 2 ? operations : operations.toReversed());
      }),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(49);
    const titles = await Promise.all(ids.map(async (id) => (await ada.get(`/items/${id}`)).body.title));
    expect(new Set(titles).size).toBe(1);
  });
});
