import { describe, expect, it } from "vitest";
import { createFieldNote } from "../../../src/routes/field-notes/create.ts";
import { exampleBody } from "../../examples.ts";
import { anOrganization } from "../../members.ts";

describe("POST /organizations/{organization_id}/field-notes/{id}/press-leaf", () => {
  it("answers the organization's own", async () => {
    const { path, owner } = await anOrganization();
    const { id } = (await owner.post(`${path}/field-notes`, exampleBody(createFieldNote))).body;
    const answer = await owner.post(`${path}/field-notes/${id}/press-leaf`);
    expect(answer.status).toBe(200);
    expect(answer.body.id).toBe(id);
  });
});
