import { describe, expect, it } from "vitest";
import { createFieldNote } from "../../../src/routes/field-notes/create.ts";
import { exampleBody } from "../../examples.ts";
import { api, aUser } from "../../harness.ts";

describe("POST /field-notes/{id}/press-leaf", () => {
  it("answers the caller's own, and somebody else's exactly as a missing one", async () => {
    const [owner, stranger] = [await aUser(), await aUser()];
    const made = await api.post("/field-notes", { token: owner.token, json: exampleBody(createFieldNote) });
    const answer = await api.post(`/field-notes/${made.body.id}/press-leaf`, { token: owner.token });
    expect(answer.status).toBe(200);
    expect(answer.body.id).toBe(made.body.id);
    const init = { token: stranger.token, headers: { "X-Request-Id": "same" } };
    const theirs = await api.post(`/field-notes/${made.body.id}/press-leaf`, init);
    const nobodys = await api.post(`/field-notes/${crypto.randomUUID()}/press-leaf`, init);
    expect(theirs.status).toBe(404);
    expect(theirs.text).toBe(nobodys.text);
  });
});
