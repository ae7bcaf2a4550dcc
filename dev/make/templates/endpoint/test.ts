import { describe, expect, it } from "vitest";
import { createFieldNote } from "../../../src/routes/field-notes/create.ts";
import { exampleBody } from "../../examples.ts";
import { aUser } from "../../harness.ts";

describe("POST /field-notes/{id}/press-leaf", () => {
  it("answers the caller's own", async () => {
    const owner = await aUser();
    const { id } = (await owner.post("/field-notes", exampleBody(createFieldNote))).body;
    const answer = await owner.post(`/field-notes/${id}/press-leaf`);
    expect(answer.status).toBe(200);
    expect(answer.body.id).toBe(id);
  });
});
