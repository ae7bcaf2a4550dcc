import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { FieldNotePage, FieldNoteQuery, FieldNotesParams } from "../../schemas/field-notes.ts";

export const listFieldNotes = endpoint(
  {
    method: "get",
    path: "/organizations/{organization_id}/binders/{binder_id}/field-notes",
    operationId: "listFieldNotes",
    tags: ["field notes"],
    summary: "List a binder's field notes",
    description: "A page at a time, newest first.",
    access: { member: "field-notes:read" },
    callers: ["user", "key"],
    paged: true,
    request: { params: FieldNotesParams, query: FieldNoteQuery },
    responses: { 200: json(FieldNotePage, "A page of the binder's field notes") },
    errors: ["not_found"],
  },
  async (c) => {
    const { db, member, run, page } = c.var;
    const { binder_id } = c.req.valid("param");
    const query = c.req.valid("query");
    const fieldNotes = await page(query, async (at) => {
      const [, rows] = await run(
        FieldNotes.requireBinder(db, binder_id, member, "read"),
        FieldNotes.list(db, binder_id, member, query.status, at),
      );
      return rows;
    });
    return c.json(FieldNotePage.parse(fieldNotes), 200);
  },
);
