import { describe, expect, it } from "vitest";
import { anOrganization } from "../../members.ts";

const [organization, other] = [await anOrganization(), await anOrganization()];
const { member } = organization;
const path = `${organization.path}/field-notes`;
const create = async (json: object = { title: "A title" }, user = member) => await user.post(path, json);

describe("POST /organizations/{organization_id}/field-notes", () => {
  it("makes a field note of the organization's and says where it is", async () => {
    const answer = await create({ title: "A title", description: null });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("Location")).toBe(`/api/v1${path}/${answer.body.id}`);
    expect(answer.body).toMatchObject({
      ...{ organization_id: organization.id, created_by: member.id },
      ...{ title: "A title", description: null },
    });
    expect((await organization.owner.get(`${path}/${answer.body.id}`)).body).toStrictEqual(answer.body);
  });

  it("refuses what is no field note, and fields that are not the caller's to set", async () => {
    for (const json of [{}, { title: "" }, { title: null }, { title: "t", organization_id: other.id }]) {
      expect((await create(json)).status).toBe(422);
    }
  });
});

describe("/organizations/{organization_id}/field-notes/{id}", () => {
  it("is reached by every member, and fields that are left out keep their values", async () => {
    const { id } = (await create({ title: "Before", description: "Kept" })).body;
    const answer = await organization.owner.patch(`${path}/${id}`, { title: "After" });
    expect(answer.body).toMatchObject({ title: "After", description: "Kept", created_by: member.id });
  });

  it("is not there for another organization", async () => {
    const { id } = (await create()).body;
    for (const method of ["get", "delete"] as const) {
      expect((await other.owner[method](`${path}/${id}`)).status).toBe(404);
      expect((await other.owner[method](`${other.path}/field-notes/${id}`)).status).toBe(404);
    }
    expect((await other.owner.get(`${other.path}/field-notes`)).body.items).toStrictEqual([]);
  });

  it("comes back after a deletion", async () => {
    const one = `${path}/${(await create()).body.id}`;
    expect((await member.delete(one)).status).toBe(204);
    expect((await member.get(one)).status).toBe(404);
    expect((await member.get(`${path}?status=deleted`)).body.items).toHaveLength(1);
    const restored = await member.post(`${one}/restore`);
    expect(restored.status).toBe(200);
    const again = await member.post(`${one}/restore`);
    expect([again.status, again.body]).toStrictEqual([200, restored.body]);
    expect((await member.get(one)).headers.get("ETag")).toBe(restored.headers.get("ETag"));
  });
});

describe("GET /organizations/{organization_id}/field-notes", () => {
  it("pages through the organization's own, newest first, each once", async () => {
    const { path, owner } = await anOrganization();
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.unshift((await owner.post(`${path}/field-notes`, { title: `${i}` })).body.id);
    const seen: string[] = [];
    let next: string | undefined = `${path}/field-notes?limit=2`;
    while (next) {
      const { body, headers } = await owner.get(next);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      next = /<(.+)>; rel="next"/.exec(headers.get("Link") ?? "")?.[1];
    }
    expect(seen).toStrictEqual(made);
  });
});
