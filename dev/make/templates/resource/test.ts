import { describe, expect, it } from "vitest";
import { aUser } from "../../harness.ts";

const [owner, admin] = [await aUser(), await aUser({ role: "admin" })];
const create = async (json: object = { title: "A title" }, user = owner) => await user.post("/field-notes", json);

describe("POST /field-notes", () => {
  it("makes a field note of the caller's and says where it is", async () => {
    const answer = await create({ title: "A title", description: null });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("Location")).toBe(`/api/v1/field-notes/${answer.body.id}`);
    expect(answer.body).toMatchObject({ owner_id: owner.id, title: "A title", description: null });
    expect((await owner.get(`/field-notes/${answer.body.id}`)).body).toStrictEqual(answer.body);
  });

  it("refuses what is no field note, and fields that are not the caller's to set", async () => {
    for (const json of [{}, { title: "" }, { title: null }, { title: "t", owner_id: admin.id }]) {
      expect((await create(json)).status).toBe(422);
    }
  });
});

describe("/field-notes/{id}", () => {
  it("is reached by an admin, and fields that are left out keep their values", async () => {
    const { id } = (await create({ title: "Before", description: "Kept" })).body;
    const answer = await admin.patch(`/field-notes/${id}`, { title: "After" });
    expect(answer.body).toMatchObject({ title: "After", description: "Kept", owner_id: owner.id });
  });

  it("comes back after a deletion", async () => {
    const path = `/field-notes/${(await create()).body.id}`;
    expect((await owner.delete(path)).status).toBe(204);
    expect((await owner.get(path)).status).toBe(404);
    expect((await owner.get("/field-notes?status=deleted")).body.items).toHaveLength(1);
    const restored = await owner.post(`${path}/restore`);
    expect(restored.status).toBe(200);
    const again = await owner.post(`${path}/restore`);
    expect([again.status, again.body]).toStrictEqual([200, restored.body]);
    expect((await owner.get(path)).headers.get("ETag")).toBe(restored.headers.get("ETag"));
  });
});

describe("GET /field-notes", () => {
  it("pages through the caller's own, newest first, each once", async () => {
    const user = await aUser();
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.unshift((await create({ title: `${i}` }, user)).body.id);
    const seen: string[] = [];
    let next: string | undefined = "/field-notes?limit=2";
    while (next) {
      const { body, headers } = await user.get(next);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      next = /<(.+)>; rel="next"/.exec(headers.get("Link") ?? "")?.[1];
    }
    expect(seen).toStrictEqual(made);
  });

  it("promise 25: refuses a cursor of somebody else's list", async () => {
    const [user, other] = [await aUser(), await aUser()];
    for (const title of ["1", "2"]) await create({ title }, user);
    const { body } = await user.get("/field-notes?limit=1");
    const answer = await other.get(`/field-notes?cursor=${body.next_cursor}`);
    expect(answer.body.code).toBe("invalid_cursor");
  });
});
