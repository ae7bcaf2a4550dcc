import { describe, expect, it } from "vitest";
import { api, aUser } from "../../harness.ts";

const [owner, stranger, admin] = [await aUser(), await aUser(), await aUser({ role: "admin" })];
const create = (json: object = { title: "A title" }, { token } = owner, headers = {}) =>
  api.post("/field-notes", { token, json, headers });
const anId = async () => (await create()).body.id;

describe("POST /field-notes", () => {
  it("makes a field note of the caller's and says where it is", async () => {
    const answer = await create({ title: "A title", description: null });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("Location")).toBe(`/api/v1/field-notes/${answer.body.id}`);
    expect(answer.body).toMatchObject({ owner_id: owner.id, title: "A title", description: null });
    const read = await api.get(`/field-notes/${answer.body.id}`, { token: owner.token });
    expect(read.body).toStrictEqual(answer.body);
  });

  it("refuses what is no field note, and fields that are not the caller's to set", async () => {
    for (const json of [{}, { title: "" }, { title: null }, { title: "t", owner_id: stranger.id }]) {
      expect((await create(json)).status).toBe(422);
    }
  });

  it("promise 18: the same Idempotency-Key makes one", async () => {
    const user = await aUser();
    const key = { "Idempotency-Key": "once" };
    const answers = await Promise.all([1, 2, 3].map(() => create({ title: "One" }, user, key)));
    expect(answers.some(({ status }) => status === 201)).toBe(true);
    expect((await create({ title: "One" }, user, key)).headers.get("Idempotent-Replayed")).toBe("true");
    expect((await create({ title: "Other" }, user, key)).status).toBe(422);
    expect((await api.get("/field-notes", { token: user.token })).body.items).toHaveLength(1);
  });
});

describe("/field-notes/{id}", () => {
  it("promise 11: answers somebody else's exactly as a missing one", async () => {
    const id = await anId();
    for (const [method, json, suffix] of [
      ["GET", undefined, ""],
      ["PATCH", { title: "x" }, ""],
      ["DELETE", undefined, ""],
      ["POST", undefined, "/restore"],
    ] as const) {
      const init = { token: stranger.token, json, headers: { "X-Request-Id": "same" } };
      const theirs = await api.call(method, `/field-notes/${id}${suffix}`, init);
      const nobodys = await api.call(method, `/field-notes/${crypto.randomUUID()}${suffix}`, init);
      expect(theirs.status).toBe(404);
      expect(theirs.text).toBe(nobodys.text);
    }
  });

  it("is reached by an admin", async () => {
    const answer = await api.patch(`/field-notes/${await anId()}`, { token: admin.token, json: { title: "Admin's" } });
    expect(answer.body).toMatchObject({ title: "Admin's", owner_id: owner.id });
  });

  it("promise 18: If-Match changes the current version and no other, and the rest of the fields stay", async () => {
    const { body, headers } = await create({ title: "Before", description: "kept" });
    const path = `/field-notes/${body.id}`;
    const patch = (etag: string) =>
      api.patch(path, { token: owner.token, json: { title: "After" }, headers: { "If-Match": etag } });
    const etag = headers.get("ETag") ?? "";
    const known = { token: owner.token, headers: { "If-None-Match": etag } };
    expect((await api.get(path, known)).status).toBe(304);
    const races = await Promise.all(Array.from({ length: 10 }, () => patch(etag)));
    expect(races.map(({ status }) => status).toSorted()).toStrictEqual([200, ...Array(9).fill(412)]);
    expect((await api.get(path, known)).body).toMatchObject({ title: "After", description: "kept" });
  });

  it("comes back after a deletion", async () => {
    const path = `/field-notes/${await anId()}`;
    const { token } = owner;
    expect((await api.delete(path, { token, headers: { "If-Match": '"9"' } })).status).toBe(412);
    expect((await api.delete(path, { token })).status).toBe(204);
    expect((await api.get(path, { token })).status).toBe(404);
    expect((await api.get("/field-notes?status=deleted", { token })).body.items).toHaveLength(1);
    const restored = await api.post(`${path}/restore`, { token });
    expect(restored.status).toBe(200);
    const again = await api.post(`${path}/restore`, { token });
    expect([again.status, again.body]).toStrictEqual([200, restored.body]);
    expect((await api.get(path, { token })).headers.get("ETag")).toBe(restored.headers.get("ETag"));
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
      const { body, headers } = await api.get(next, { token: user.token });
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      next = /<(.+)>; rel="next"/.exec(headers.get("Link") ?? "")?.[1];
    }
    expect(seen).toStrictEqual(made);
  });

  it("promise 25: refuses a cursor of somebody else's list", async () => {
    const [user, other] = [await aUser(), await aUser()];
    await create({ title: "1" }, user);
    await create({ title: "2" }, user);
    const { body } = await api.get("/field-notes?limit=1", { token: user.token });
    const answer = await api.get(`/field-notes?cursor=${body.next_cursor}`, { token: other.token });
    expect(answer.body.code).toBe("invalid_cursor");
  });
});
