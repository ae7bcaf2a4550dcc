import { describe, expect, it } from "vitest";
import { api, aUser } from "../../harness.ts"; //: user
import { api } from "../../harness.ts"; //: organization
import { someFieldNotes } from "./calls.ts";

/** A place for field notes, and calls by somebody who may make them there. */
async function aPlace() {
  const { token, ...place } = await someFieldNotes();
  return { ...place, maker: api.as({ token }) };
}
const place = await aPlace();
const { path, maker, bodies } = place;
/** Makes a field note in this place, and answers it. */
async function create({ path, maker, bodies } = place, json: object = bodies.create) {
  const { status, body, text } = await maker.post(path, json);
  expect(status, text).toBe(201);
  return body;
}
/** Bodies with a value that its field refuses, or without one that is required. */
const wrong: object[] = [
  //= wrong
];

describe("POST /field-notes", () => {
  it("makes a field note and says where it is", async () => {
    const json = bodies.create;
    const answer = await maker.post(path, json);
    expect(answer.status).toBe(201);
    expect(answer.headers.get("Location")).toBe(`/api/v1${path}/${answer.body.id}`);
    expect(answer.body).toMatchObject(json);
    expect((await maker.get(`${path}/${answer.body.id}`)).body).toStrictEqual(answer.body);
  });

  it("refuses what is no field note, and fields that are not the caller's to set", async () => {
    const foreign = { ...bodies.create, owner_id: crypto.randomUUID() }; //: user
    const foreign = { ...bodies.create, organization_id: crypto.randomUUID() }; //: organization
    for (const json of [...wrong, foreign]) expect((await maker.post(path, json)).status).toBe(422);
  });
});

describe("/field-notes/{id}", () => {
  it("keeps the values of fields that are left out", async () => {
    const [json, changes] = [bodies.create, bodies.update];
    const { id } = await create(place, json);
    const answer = await maker.patch(`${path}/${id}`, changes);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({ ...json, ...changes });
  });

  it("is reached by an admin, but by nobody else", async () => { //: user
  it("is not there for another organization", async () => { //: organization
    const { id } = await create();
    const other = await aPlace();
    for (const method of ["get", "delete"] as const) {
      expect((await other.maker[method](`${path}/${id}`)).status).toBe(404);
      expect((await other.maker[method](`${other.path}/${id}`)).status).toBe(404);
    }
    const admin = await aUser({ role: "admin" }); //: user
    expect((await admin.patch(`${path}/${id}`, bodies.update)).status).toBe(200); //: user
    expect((await admin.post(path, bodies.create)).status).toBe(404); //: user under
  });

  it("comes back after a deletion", async () => {
    const place = await aPlace();
    const { path, maker } = place;
    const one = `${path}/${(await create(place)).id}`;
    expect((await maker.delete(one)).status).toBe(204);
    expect((await maker.get(one)).status).toBe(404);
    expect((await maker.get(`${path}?status=deleted`)).body.items).toHaveLength(1);
    const restored = await maker.post(`${one}/restore`);
    expect(restored.status).toBe(200);
    const again = await maker.post(`${one}/restore`);
    expect([again.status, again.body]).toStrictEqual([200, restored.body]);
    expect((await maker.get(one)).headers.get("ETag")).toBe(restored.headers.get("ETag"));
  });

  it("goes and comes with its binder", async () => { //: under
    const place = await aPlace(); //: under
    const { path, maker, bodies } = place; //: under
    const one = `${path}/${(await create(place)).id}`; //: under
    const parent = path.replace("/field-notes", ""); //: under
    await maker.delete(parent); //: under
    for (const gone of [one, path]) expect((await maker.get(gone)).status).toBe(404); //: under
    expect((await maker.post(path, bodies.create)).status).toBe(404); //: under
    await maker.post(`${parent}/restore`); //: under
    expect((await maker.get(one)).status).toBe(200); //: under
  }); //: under
  //= taken
});

describe("GET /field-notes", () => {
  it("pages through them, newest first, each once", async () => {
    const place = await aPlace();
    const { path, maker } = place;
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.unshift((await create(place)).id);
    const seen: string[] = [];
    let next: string | undefined = `${path}?limit=2`;
    while (next) {
      const { body, headers } = await maker.get(next);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      next = /<(.+)>; rel="next"/.exec(headers.get("Link") ?? "")?.[1];
    }
    expect(seen).toStrictEqual(made);
  });

  it("promise 25: refuses a cursor of another list", async () => {
    const [one, other] = [await aPlace(), await aPlace()];
    for (const _ of [1, 2]) await create(one);
    const { body } = await one.maker.get(`${one.path}?limit=1`);
    const answer = await other.maker.get(`${other.path}?cursor=${body.next_cursor}`);
    expect(answer.body.code).toBe("invalid_cursor");
  });
  //= found
});
 //: export
describe("GET /field-notes/export", () => { //: export
  it("answers those that are there, a line each", async () => { //: export
    const place = await aPlace(); //: export
    const { path, maker } = place; //: export
    const [kept, gone] = [await create(place), await create(place)]; //: export
    await maker.delete(`${path}/${gone.id}`); //: export
    const { status, text } = await maker.get(`${path}/export`, { headers: { Accept: "application/x-ndjson" } }); //: export
    expect([status, text.trim().split("\n").map((line) => JSON.parse(line).id)]).toStrictEqual([200, [kept.id]]); //: export
  }); //: export
}); //: export
 //: batch
describe("POST /field-notes/batch", () => { //: batch
  it("makes, changes and deletes together, or does nothing", async () => { //: batch
    const { path, maker, bodies } = place; //: batch
    const [one, other] = [await create(), await create()]; //: batch
    const operations = [ //: batch
      { op: "create", item: bodies.create }, //: batch
      { op: "update", id: one.id, item: bodies.update }, //: batch
      { op: "delete", id: other.id }, //: batch
    ]; //: batch
    const batch = (more: object[]) => maker.post(`${path}/batch`, { operations: [...operations, ...more] }); //: batch
    expect((await batch([{ op: "delete", id: crypto.randomUUID() }])).status).toBe(404); //: batch
    expect((await maker.get(`${path}/${one.id}`)).body).toStrictEqual(one); //: batch
    const { status, body } = await batch([]); //: batch
    expect([status, body.results?.map(({ op }: { op: string }) => op)]).toStrictEqual([ //: batch
      ...[200, ["create", "update", "delete"]], //: batch
    ]); //: batch
    expect((await maker.get(`${path}/${other.id}`)).status).toBe(404); //: batch
  }); //: batch
}); //: batch
