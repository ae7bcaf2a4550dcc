import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { Items } from "../../../src/crud/items.ts";
import { items } from "../../../src/db/schema.ts";
import { api, aUser, db } from "../../harness.ts";

const owner = await aUser();
const stranger = await aUser();
const admin = await aUser({ role: "admin" });
const create = async (json: object = { title: "An item" }, token = owner.token) =>
  (await api.post("/items", { token, json })).body;

describe("POST /items", () => {
  it("makes an item of the caller's and says where it is", async () => {
    const answer = await owner.post("/items", { title: "Engine", description: null });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("Location")).toBe(`/api/v1/items/${answer.body.id}`);
    expect(answer.body).toMatchObject({ owner_id: owner.id, title: "Engine", description: null });
    expect(answer.roundTrips).toBe(1);
  });

  it("stores text verbatim", async () => {
    const text = "  <b>'\";-- 🔑 \u202e\ufeff\t\r\n ‘é’ é \\0 %s $1 ";
    const { id } = await create({ title: text, description: text });
    const { body } = await owner.get(`/items/${id}`);
    expect([body.title, body.description]).toStrictEqual([text, text]);
  });

  it("counts code points", async () => {
    expect((await owner.post("/items", { title: "🔑".repeat(200) })).status).toBe(201);
    for (const json of [
      { title: "" },
      { title: "🔑".repeat(201) },
      { title: "t", description: "x".repeat(10_001) },
      { title: null },
      {},
      { title: "t", owner_id: stranger.id },
      { title: "t", id: stranger.id },
    ]) {
      expect((await owner.post("/items", json)).status, JSON.stringify(json).slice(0, 50)).toBe(422);
    }
  });

  it("writes nothing for a caller who may not", async () => {
    const gone = await aUser({ is_active: false });
    expect((await gone.post("/items", { title: "t" })).status).toBe(401);
    expect(await db.select().from(items).where(eq(items.owner_id, gone.id))).toStrictEqual([]);
  });
});

describe("/items/{id}", () => {
  it("reads, changes and deletes the caller's own", async () => {
    const item = await create({ title: "Before", description: "kept" });
    const path = `/items/${item.id}`;
    expect((await owner.get(path)).body).toStrictEqual(item);
    const changed = await owner.patch(path, { title: "After" });
    expect(changed.body).toMatchObject({ title: "After", description: "kept" });
    expect((await owner.patch(path, { description: null })).body.description).toBeNull();
    expect((await owner.delete(path)).status).toBe(204);
    for (const method of ["GET", "DELETE"])
      expect((await api.call(method, path, { token: owner.token })).status).toBe(404);
    const [row] = await db.select().from(items).where(eq(items.id, item.id));
    expect(row?.deleted_at).not.toBeNull();
  });

  it("promise 11: answers somebody else's exactly as a missing one", async () => {
    const item = await create();
    for (const [method, json] of [["GET"], ["PATCH", { title: "x" }], ["DELETE"]] as const) {
      const init = { token: stranger.token, json, headers: { "X-Request-Id": "same" } };
      const theirs = await api.call(method, `/items/${item.id}`, init);
      const nobodys = await api.call(method, `/items/${crypto.randomUUID()}`, init);
      expect(theirs.status).toBe(404);
      expect(theirs.text).toBe(nobodys.text);
    }
    expect((await owner.get(`/items/${item.id}`)).body).toStrictEqual(item);
  });

  it("is reached by an admin", async () => {
    const item = await create();
    const path = `/items/${item.id}`;
    expect((await admin.get(path)).body).toStrictEqual(item);
    expect((await admin.patch(path, { title: "Admin's" })).body.owner_id).toBe(owner.id);
    expect((await admin.delete(path)).status).toBe(204);
  });

  it("refuses an empty change, and unknown fields", async () => {
    const { id } = await create();
    for (const json of [{}, { title: null }, { owner_id: stranger.id }, { deleted_at: null }]) {
      expect((await owner.patch(`/items/${id}`, json)).status).toBe(422);
    }
  });
});

describe("GET /items", () => {
  it("pages through the caller's own, newest first, each once", async () => {
    const user = await aUser();
    const made: string[] = [];
    for (let i = 0; i < 7; i++) made.unshift((await create({ title: `Item ${i}` }, user.token)).id);
    const seen: string[] = [];
    let path: string | undefined = "/items?limit=3";
    while (path) {
      const answer = await user.get(path);
      expect(answer.roundTrips).toBe(1);
      seen.push(...answer.body.items.map((item: { id: string }) => item.id));
      // Neither a new item nor a deleted one moves the pages that are still to come.
      if (seen.length === 3) {
        await create({ title: "Meanwhile" }, user.token);
        await user.delete(`/items/${made[1]}`);
      }
      path = /<(.+)>; rel="next"/.exec(answer.headers.get("Link") ?? "")?.[1];
      expect(answer.body.next_cursor === null).toBe(path === undefined);
    }
    expect(seen).toStrictEqual(made);
  });

  it("has twenty on a page unless told otherwise, and an empty list is a page", async () => {
    const user = await aUser();
    expect((await user.get("/items")).body).toStrictEqual({ items: [], next_cursor: null });
    await db
      .insert(items)
      .values(Array.from({ length: 21 }, () => ({ id: crypto.randomUUID(), owner_id: user.id, title: "t" })));
    const { body } = await user.get("/items");
    expect(body.items).toHaveLength(20);
    expect((await user.get("/items?limit=100")).body.items).toHaveLength(21);
    const foreign = await owner.get(`/items?cursor=${body.next_cursor}`);
    expect(foreign.status).toBe(400);
    expect(foreign.body.code).toBe("invalid_cursor");
  });
});

describe("a query of one item", () => {
  it("has a shape for each of its variants", async () => {
    const ada = await aUser();
    const { body } = await ada.post("/items", { title: "t" });
    for (const withOwner of [true, false, true]) {
      const [[item]] = await db.batch([Items.find(db, body.id, { id: ada.id }, withOwner)]);
      expect(item?.id).toBe(body.id);
      expect(item?.owner?.id).toBe(withOwner ? ada.id : undefined);
    }
  });
});
