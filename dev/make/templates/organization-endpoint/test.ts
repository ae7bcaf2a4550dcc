import { describe, expect, it } from "vitest";
import { createFieldNote } from "../../../src/routes/field-notes/create.ts"; //: uncalled
import { exampleBody } from "../../examples.ts"; //: uncalled
import { api } from "../../harness.ts"; //: called
import { anOrganization } from "../../members.ts"; //: uncalled
import { calls } from "./calls.ts"; //: called

describe("POST /organizations/{organization_id}/field-notes/{id}/press-leaf", () => {
  it("answers the organization's own", async () => {
    const { path = "", token = "" } = (await calls.pressLeafFieldNote?.()) ?? {}; //: called
    const answer = await api.post(path, { token }); //: called
    const { path, owner } = await anOrganization(); //: uncalled
    const { id } = (await owner.post(`${path}/field-notes`, exampleBody(createFieldNote))).body; //: uncalled
    const answer = await owner.post(`${path}/field-notes/${id}/press-leaf`); //: uncalled
    expect(answer.status).toBe(200);
    expect(answer.body.id).toBe(id); //: uncalled
    expect(path).toContain(answer.body.id); //: called
  });
});
