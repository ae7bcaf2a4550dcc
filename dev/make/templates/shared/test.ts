import { describe, expect, it } from "vitest";
import { api, aUser } from "../../harness.ts"; //: user
import { api } from "../../harness.ts"; //: organization
import { calls, fieldNoteBodies } from "./calls.ts";

/** The path of new field notes, and calls by somebody who may make them there. */
async function aPlace() {
  const { path = "", token = "" } = (await calls.createFieldNote?.()) ?? {};
  return { path, maker: api.as({ token }) };
}
const { path, maker } = await aPlace();
const create = async (json: object = fieldNoteBodies.create) => await maker.post(path, json);
/** Bodies with a value that its field refuses, or without one that is required. */
const wrong: object[] = [
  //= wrong
];

describe("POST /field-notes", () => {
  it("makes a field note and says where it is", async () => {
    const answer = await create();
    expect(answer.status).toBe(201);
    expect(answer.headers.get("Location")).toBe(`/api/v1${path}/${answer.body.id}`);
    expect(answer.body).toMatchObject(fieldNoteBodies.create);
    expect((await maker.get(`${path}/${answer.body.id}`)).body).toStrictEqual(answer.body);
  });

  it("refuses what is no field note, and fields that are not the caller's to set", async () => {
    const foreign = { ...fieldNoteBodies.create, owner_id: crypto.randomUUID() }; //: user
    const foreign = { ...fieldNoteBodies.create, organization_id: crypto.randomUUID() }; //: organization
    for (const json of [...wrong, foreign]) expect((await create(json)).status).toBe(422);
  });
});

describe("/field-notes/{id}", () => {
  it("keeps the values of fields that are left out", async () => {
    const { id } = (await create()).body;
    const answer = await maker.patch(`${path}/${id}`, fieldNoteBodies.update);
    expect(answer.body).toMatchObject({ ...fieldNoteBodies.create, ...fieldNoteBodies.update });
  });

  it("is reached by an admin, but by nobody else", async () => { //: user
  it("is not there for another organization", async () => { //: organization
    const { id } = (await create()).body;
    const other = await aPlace();
    for (const method of ["get", "delete"] as const) {
      expect((await other.maker[method](`${path}/${id}`)).status).toBe(404);
      expect((await other.maker[method](`${other.path}/${id}`)).status).toBe(404);
    }
    const admin = await aUser({ role: "admin" }); //: user
    expect((await admin.patch(`${path}/${id}`, fieldNoteBodies.update)).status).toBe(200); //: user
    expect((await admin.post(path, fieldNoteBodies.create)).status).toBe(404); //: user under
  });

  it("comes back after a deletion", async () => {
    const { path, maker } = await aPlace();
    const one = `${path}/${(await maker.post(path, fieldNoteBodies.create)).body.id}`;
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
    const { path, maker } = await aPlace(); //: under
    const one = `${path}/${(await maker.post(path, fieldNoteBodies.create)).body.id}`; //: under
    const parent = path.replace("/field-notes", ""); //: under
    await maker.delete(parent); //: under
    for (const gone of [one, path]) expect((await maker.get(gone)).status).toBe(404); //: under
    expect((await maker.post(path, fieldNoteBodies.create)).status).toBe(404); //: under
    await maker.post(`${parent}/restore`); //: under
    expect((await maker.get(one)).status).toBe(200); //: under
  }); //: under
});

describe("GET /field-notes", () => {
  it("pages through them, newest first, each once", async () => {
    const { path, maker } = await aPlace();
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.unshift((await maker.post(path, fieldNoteBodies.create)).body.id);
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
    for (const _ of [1, 2]) await one.maker.post(one.path, fieldNoteBodies.create);
    const { body } = await one.maker.get(`${one.path}?limit=1`);
    const answer = await other.maker.get(`${other.path}?cursor=${body.next_cursor}`);
    expect(answer.body.code).toBe("invalid_cursor");
  });
});
