import { describe, expect, it } from "vitest";
import { api, aUser, bindings, deleteOwn, serve } from "../../harness.ts";

const ada = await aUser();
const create = async () => {
  const answer = await ada.post("/items", { title: "An item" });
  return { path: `/items/${answer.body.id}`, etag: answer.headers.get("ETag") ?? "" };
};
const patch = (path: string, ifMatch: string | undefined, title = "Changed") =>
  ada.patch(path, { title }, { headers: ifMatch === undefined ? {} : { "If-Match": ifMatch } });

describe("GET /items/{id}", () => {
  it("has a strong ETag, and answers 304 to whoever has that version", async () => {
    const { path, etag } = await create();
    expect(etag).toBe('"1"');
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, `,"other",, ${etag} ,`, "*"]) {
      const answer = await ada.get(path, { headers: { "If-None-Match": known } });
      expect(answer.status, known).toBe(304);
      expect(answer.text).toBe("");
      expect(answer.headers.get("ETag")).toBe(etag);
    }
    for (const known of ['"2"', "1", "garbage"]) {
      expect((await ada.get(path, { headers: { "If-None-Match": known } })).status, known).toBe(200);
    }
  });

  it("has another one after every change, and updated_at has moved", async () => {
    const { path, etag } = await create();
    const before = (await ada.get(path)).body;
    const changed = await patch(path, etag);
    expect(changed.headers.get("ETag")).toBe('"2"');
    expect(Date.parse(changed.body.updated_at)).toBeGreaterThan(Date.parse(before.updated_at));
    expect((await ada.get(path, { headers: { "If-None-Match": etag } })).status).toBe(200);
  });
});

describe("include=owner", () => {
  it("adds the owner's public profile in the same round trip, to one item and to lists", async () => {
    const owner = await aUser({ full_name: "Ada" });
    const { body } = await owner.post("/items", { title: "Hers" });
    const profile = { id: owner.id, username: owner.username, full_name: "Ada" };
    const one = await owner.get(`/items/${body.id}?include=owner`);
    expect(one.body).toStrictEqual({ ...body, owner: profile });
    const list = await owner.get("/items?include=owner,total");
    expect(list.body).toStrictEqual({ items: [{ ...body, owner: profile }], next_cursor: null, total: 1 });
    expect([one.roundTrips, list.roundTrips]).toStrictEqual([1, 1]);
    const many = Array.from({ length: 30 }, (_, i) => ({ op: "create", item: { title: `Item ${i}` } }));
    await owner.post("/items/batch", { operations: many });
    const long = await owner.get("/items?include=owner&limit=100");
    expect(long.body.items.map((item: { owner: object }) => item.owner)).toStrictEqual(Array(31).fill(profile));
    expect(long.roundTrips).toBe(1);
  });

  it("has an ETag of its own, which moves with the profile, and which If-Match takes", async () => {
    const owner = await aUser();
    const { body } = await owner.post("/items", { title: "Hers" });
    const path = `/items/${body.id}?include=owner`;
    const etag = (await owner.get(path)).headers.get("ETag") ?? "";
    const known = { token: owner.token, headers: { "If-None-Match": etag } };
    expect((await api.get(path, known)).status).toBe(304);
    expect((await api.get(`/items/${body.id}`, known)).status).toBe(200);
    await owner.patch("/users/me", { full_name: "Other" });
    expect((await api.get(path, known)).body.owner.full_name).toBe("Other");
    const change = { token: owner.token, json: { title: "x" }, headers: { "If-Match": etag } };
    expect((await api.patch(`/items/${body.id}`, change)).status).toBe(200);
    expect((await api.patch(`/items/${body.id}`, change)).status).toBe(412);
  });

  it("says null of an owner who is gone", async () => {
    const [owner, admin] = [await aUser(), await aUser({ role: "admin" })];
    const { body } = await owner.post("/items", { title: "Left" });
    await deleteOwn(owner);
    expect((await admin.get(`/items/${body.id}?include=owner`)).body.owner).toBeNull();
  });

  it("refuses what cannot be included", async () => {
    const { path } = await create();
    for (const include of ["", "owners", "owner,", "owner,secret", "total"]) {
      expect((await ada.get(`${path}?include=${include}`)).status, include).toBe(422);
    }
    expect((await ada.get("/items?include=owner,everything")).status).toBe(422);
  });
});

describe("If-None-Match of a change", () => {
  const unless = (known: string) => ({ token: ada.token, headers: { "If-None-Match": known } });

  it("lets a version be changed that is none of these", async () => {
    const { path, etag } = await create();
    for (const known of [etag, `W/${etag}`, "*", `"9", ${etag}`]) {
      const answer = await api.patch(path, { ...unless(known), json: { title: "Changed" } });
      expect([answer.status, answer.body.code], known).toStrictEqual([412, "precondition_failed"]);
      expect((await api.delete(path, unless(known))).status).toBe(412);
    }
    expect((await api.patch(path, { ...unless("1"), json: { title: "Changed" } })).status).toBe(400);
    expect((await api.patch(path, { ...unless('"7", "x"'), json: { title: "Changed" } })).status).toBe(200);
    const both = { token: ada.token, headers: { "If-Match": '"2"', "If-None-Match": '"1"' } };
    expect((await api.delete(path, both)).status).toBe(204);
    expect((await api.delete(path, unless("*"))).status).toBe(404);
  });
});

describe("promise 18: If-Match", () => {
  it("lets the current version be changed, and no other", async () => {
    const { path, etag } = await create();
    const others = ['"1x"', '"01"', '"1.0"', '"1-"', '"99999999999999999999"', 'W/"2"'];
    for (const stale of ['"0"', '"2"', '"garbage"', ...others]) {
      const answer = await patch(path, stale);
      expect(answer.status, stale).toBe(412);
      expect(answer.body.code).toBe("precondition_failed");
      const deletion = await ada.delete(path, { headers: { "If-Match": stale } });
      expect(deletion.status).toBe(412);
    }
    expect((await patch(path, etag)).status).toBe(200);
    expect((await patch(path, "*")).status).toBe(200);
    expect((await patch(path, '"17", "3"')).status).toBe(200);
    expect((await patch(path, undefined)).status).toBe(200);
    expect((await ada.delete(path, { headers: { "If-Match": '"5"' } })).status).toBe(204);
  });

  it("takes a tag that a compressing edge made weak", async () => {
    const { path, etag } = await create();
    expect((await patch(path, `W/${etag}`)).status).toBe(200);
    expect((await patch(path, `W/${etag}`)).status).toBe(412);
    expect((await ada.delete(path, { headers: { "If-Match": '"9", W/"2"' } })).status).toBe(204);
  });

  it("is evaluated by a read, too", async () => {
    const { path, etag } = await create();
    const read = (header: string) => ada.get(path, { headers: { "If-Match": header } });
    for (const current of [etag, `W/${etag}`, "*", `"9", ${etag}`])
      expect((await read(current)).status, current).toBe(200);
    const stale = await read('"2"');
    expect([stale.status, stale.body.code]).toStrictEqual([412, "precondition_failed"]);
    expect((await read("2")).status).toBe(400);
  });

  it("answers 400 to what is no list of entity tags", async () => {
    const { path } = await create();
    for (const unread of ["1", "garbage", "", 'w/"1"', 'W/ "1"', 'x"1"', '"x" "1"', '"1"x', '"1" "2"']) {
      const answer = await patch(path, unread);
      expect([answer.status, answer.body.code], unread).toStrictEqual([400, "bad_request"]);
      expect(answer.body.detail).toContain("entity tags in double quotes");
      expect((await ada.delete(path, { headers: { "If-Match": unread } })).status).toBe(400);
    }
    expect((await ada.get(path)).headers.get("ETag")).toBe('"1"');
  });

  it("is not what a writer without one is refused for, whatever happens at the same moment", async () => {
    const { path } = await create();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => {
        if (i % 3 === 0) return ada.delete(path);
        return i % 3 === 1 ? ada.post(`${path}/restore`) : patch(path, undefined);
      }),
    );
    for (const { status } of answers) expect([200, 204, 404]).toContain(status);
  });

  it("of a missing or foreign item is 404 all the same", async () => {
    const { path, etag } = await create();
    const stranger = await aUser();
    const answer = await stranger.patch(path, { title: "x" }, { headers: { "If-Match": etag } });
    expect(answer.status).toBe(404);
    expect((await patch(`/items/${crypto.randomUUID()}`, "*")).status).toBe(404);
  });

  it("can be required", async () => {
    const strict = serve({ bindings: { ...bindings, REQUIRE_IF_MATCH: "true" } });
    const { path, etag } = await create();
    const answer = await strict.as(ada).patch(path, { title: "x" });
    expect(answer.status).toBe(428);
    expect((await strict.as(ada).delete(path)).status).toBe(428);
    expect((await strict.as(ada).delete(path, { headers: { "If-Match": etag } })).status).toBe(204);
  });

  it("of fifty writers with the same one, one wins and the rest get 412", async () => {
    const { path, etag } = await create();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => patch(path, etag, `Writer ${i}`)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(49);
    const winner = answers.find(({ status }) => status === 200);
    expect((await ada.get(path)).body).toStrictEqual(winner?.body);
  });
});

describe("POST /items/{id}/restore", () => {
  it("answers a live item unchanged, and a stranger that there is none", async () => {
    const { path, etag } = await create();
    const { body } = await ada.get(path);
    const answer = await ada.post(`${path}/restore`);
    expect([answer.status, answer.body, answer.headers.get("ETag")]).toStrictEqual([200, body, etag]);
    expect(answer.roundTrips).toBe(1);
    const stranger = await aUser();
    expect((await stranger.post(`${path}/restore`)).status).toBe(404);
  });

  it("brings a deleted item back, for its owner", async () => {
    const { path } = await create();
    await ada.delete(path);
    const stranger = await aUser();
    expect((await stranger.post(`${path}/restore`)).status).toBe(404);
    const answer = await ada.post(`${path}/restore`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("ETag")).toBe('"3"');
    expect((await ada.get(path)).body).toStrictEqual(answer.body);
    await ada.delete(path);
    const admin = await aUser({ role: "admin" });
    expect((await admin.post(`${path}/restore`)).status).toBe(200);
  });
});
