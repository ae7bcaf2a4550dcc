import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { FieldNotePage, FieldNoteQuery } from "../../schemas/field-notes.ts"; //: direct
import { FieldNotePage, FieldNoteQuery, FieldNotesParams } from "../../schemas/field-notes.ts"; //: under

export const listFieldNotes = endpoint(
  {
    method: "get",
    path: "/field-notes", //: direct
    path: "/binders/{binder_id}/field-notes", //: under
    operationId: "listFieldNotes",
    tags: ["field notes"],
    summary: "List your field notes", //: direct
    summary: "List a binder's field notes", //: under
    description: "A page at a time, newest first.", //: plain
    description: "A page at a time, newest first, or the best match of `q` first.", //: search
    access: "user",
    paged: true,
    request: { query: FieldNoteQuery }, //: direct
    responses: { 200: json(FieldNotePage, "A page of your field notes") }, //: direct
    request: { params: FieldNotesParams, query: FieldNoteQuery }, //: under
    responses: { 200: json(FieldNotePage, "A page of the binder's field notes") }, //: under
    errors: ["not_found"], //: under
  },
  async (c) => {
    const { db, user, run, page } = c.var;
    const { binder_id } = c.req.valid("param"); //: under
    const query = c.req.valid("query");
    const { q, status } = query; //: search
    const fieldNotes = await page(query, (at) => run(FieldNotes.list(db, user.id, query.status, at))); //: direct plain
    const fieldNotes = await page(query, async (at) => //: direct search
      q === undefined //: direct search
        ? run(FieldNotes.list(db, user.id, status, at)) //: direct search
        : (await run(...FieldNotes.search(db, user.id, q, status, at))).flat(), //: direct search
    ); //: direct search
    const fieldNotes = await page(query, async (at) => { //: under
      const required = FieldNotes.requireBinder(db, binder_id, user, "read"); //: under
      if (q !== undefined) { //: under search
        const [, ...found] = await run(required, ...FieldNotes.search(db, binder_id, q, status, at)); //: under search
        return found.flat(); //: under search
      } //: under search
      const [, rows] = await run(required, FieldNotes.list(db, binder_id, query.status, at)); //: under plain
      const [, rows] = await run(required, FieldNotes.list(db, binder_id, status, at)); //: under search
      return rows; //: under
    }); //: under
    return c.json(FieldNotePage.parse(fieldNotes), 200);
  },
);
