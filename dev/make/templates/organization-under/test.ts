import { describe, expect, it } from "vitest";
import { api } from "../../harness.ts";
import { calls } from "./calls.ts";

/** The path of a new binder's field notes, and calls by the owner of its organization. */
async function aBinder() {
  const { path = "", token = "" } = (await calls.createFieldNote?.()) ?? {};
  return { path, owner: api.as({ token }) };
}
const { path, owner } = await aBinder();
const create = async (json: object = { title: "A title" }) => await owner.post(path, json);

describe("POST /organizations/{organization_id}/binders/{binder_id}/field-notes", () => {
  it("makes a field note of the binder's and says where it is", async () => {
    const answer = await create({ title: "A title", description: null });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("Location")).toBe(`/api/v1${path}/${answer.body.id}`);
    expect(path).toContain(`/${answer.body.binder_id}/`);
    expect((await owner.get(`${path}/${answer.body.id}`)).body).toStrictEqual(answer.body);
  });

  it("refuses what is no field note, and fields that are not the caller's to set", async () => {
    for (const json of [{}, { title: "" }, { title: null }, { title: "t", binder_id: crypto.randomUUID() }]) {
      expect((await create(json)).status).toBe(422);
    }
  });
});

describe("/organizations/{organization_id}/binders/{binder_id}/field-notes/{id}", () => {
  it("keeps the values of fields that are left out", async () => {
    const { id } = (await create({ title: "Before", description: "Kept" })).body;
    const answer = await owner.patch(`${path}/${id}`, { title: "After" });
    expect(answer.body).toMatchObject({ title: "After", description: "Kept" });
  });

  it("comes back after a deletion", async () => {
    const one = `${path}/${(await create()).body.id}`;
    expect((await owner.delete(one)).status).toBe(204);
    expect((await owner.get(one)).status).toBe(404);
    expect((await owner.get(`${path}?status=deleted`)).body.items).toHaveLength(1);
    const restored = await owner.post(`${one}/restore`);
    expect(restored.status).toBe(200);
    const again = await owner.post(`${one}/restore`);
    expect([again.status, again.body]).toStrictEqual([200, restored.body]);
  });

  it("goes and comes with its binder", async () => {
    const { path, owner } = await aBinder();
    const one = `${path}/${(await owner.post(path, { title: "A title" })).body.id}`;
    const parent = path.replace("/field-notes", "");
    await owner.delete(parent);
    for (const gone of [one, path]) expect((await owner.get(gone)).status).toBe(404);
    expect((await owner.post(path, { title: "A title" })).status).toBe(404);
    await owner.post(`${parent}/restore`);
    expect((await owner.get(one)).status).toBe(200);
  });
});

describe("GET /organizations/{organization_id}/binders/{binder_id}/field-notes", () => {
  it("pages through the binder's own, newest first, each once", async () => {
    const { path, owner } = await aBinder();
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.unshift((await owner.post(path, { title: `${i}` })).body.id);
    const seen: string[] = [];
    let next: string | undefined = `${path}?limit=2`;
    while (next) {
      const { body, headers } = await owner.get(next);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      next = /<(.+)>; rel="next"/.exec(headers.get("Link") ?? "")?.[1];
    }
    expect(seen).toStrictEqual(made);
  });
});
