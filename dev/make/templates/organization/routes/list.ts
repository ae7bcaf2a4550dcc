import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { FieldNotePage, FieldNoteQuery, FieldNotesParams } from "../../schemas/field-notes.ts";

export const listFieldNotes = endpoint(
  {
    method: "get",
    path: "/organizations/{organization_id}/field-notes",
    operationId: "listFieldNotes",
    tags: ["field notes"],
    summary: "List an organization's field notes",
    description: "A page at a time, newest first.",
    access: { member: "field-notes:read" },
    callers: ["user", "key"],
    paged: true,
    request: { params: FieldNotesParams, query: FieldNoteQuery },
    responses: { 200: json(FieldNotePage, "A page of the organization's field notes") },
  },
  async (c) => {
    const { db, member, run, page } = c.var;
    const query = c.req.valid("query");
    const fieldNotes = await page(query, (at) => run(FieldNotes.list(db, member, query.status, at)));
    return c.json(FieldNotePage.parse(fieldNotes), 200);
  },
);
