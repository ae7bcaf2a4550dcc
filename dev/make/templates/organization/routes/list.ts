import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { FieldNotePage, FieldNoteQuery, FieldNotesParams } from "../../schemas/field-notes.ts";

export const listFieldNotes = endpoint(
  {
    method: "get",
    path: "/organizations/{organization_id}/field-notes", //: direct
    path: "/organizations/{organization_id}/binders/{binder_id}/field-notes", //: under
    operationId: "listFieldNotes",
    tags: ["field notes"],
    summary: "List an organization's field notes", //: direct
    summary: "List a binder's field notes", //: under
    description: "A page at a time, newest first.", //: plain
    description: "A page at a time, newest first, or the best match of `q` first.", //: search
    access: { member: "field-notes:read" },
    callers: ["user", "key"],
    paged: true,
    request: { params: FieldNotesParams, query: FieldNoteQuery },
    responses: { 200: json(FieldNotePage, "A page of the organization's field notes") }, //: direct
    responses: { 200: json(FieldNotePage, "A page of the binder's field notes") }, //: under
    errors: ["not_found"], //: under
  },
  async (c) => {
    const { db, member, run, page } = c.var;
    const { binder_id } = c.req.valid("param"); //: under
    const query = c.req.valid("query");
    const { q, status } = query; //: search
    const fieldNotes = await page(query, (at) => run(FieldNotes.list(db, member, query.status, at))); //: direct plain
    const fieldNotes = await page(query, async (at) => //: direct search
      q === undefined //: direct search
        ? run(FieldNotes.list(db, member, status, at)) //: direct search
        : (await run(...FieldNotes.search(db, member, q, status, at))).flat(), //: direct search
    ); //: direct search
    const fieldNotes = await page(query, async (at) => { //: under
      const required = FieldNotes.requireBinder(db, binder_id, member, "read"); //: under
      if (q !== undefined) { //: under search
        const [, ...found] = await run(required, ...FieldNotes.search(db, binder_id, member, q, status, at)); //: under search
        return found.flat(); //: under search
      } //: under search
      const [, rows] = await run(required, FieldNotes.list(db, binder_id, member, query.status, at)); //: under plain
      const [, rows] = await run(required, FieldNotes.list(db, binder_id, member, status, at)); //: under search
      return rows; //: under
    }); //: under
    return c.json(FieldNotePage.parse(fieldNotes), 200);
  },
);
