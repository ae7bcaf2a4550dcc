import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { FieldNotePage, FieldNoteQuery } from "../../schemas/field-notes.ts";

export const listFieldNotes = endpoint(
  {
    method: "get",
    path: "/field-notes",
    operationId: "listFieldNotes",
    tags: ["field notes"],
    summary: "List your field notes",
    description: "A page at a time, newest first.",
    access: "user",
    paged: true,
    request: { query: FieldNoteQuery },
    responses: { 200: json(FieldNotePage, "A page of your field notes") },
  },
  async (c) => {
    const { db, user, run, page } = c.var;
    const query = c.req.valid("query");
    const fieldNotes = await page(query, (at) => run(FieldNotes.list(db, user.id, query.status, at)));
    return c.json(FieldNotePage.parse(fieldNotes), 200);
  },
);
