import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { answersNotModified } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts"; //: direct
import { FieldNote } from "../../schemas/field-notes.ts"; //: direct
import { FieldNote, FieldNoteParams } from "../../schemas/field-notes.ts"; //: under

export const readFieldNote = endpoint(
  {
    method: "get",
    path: "/field-notes/{id}", //: direct
    path: "/binders/{binder_id}/field-notes/{id}", //: under
    operationId: "readFieldNote",
    tags: ["field notes"],
    summary: "Get a field note",
    description: "One of your field notes; admins may get any.", //: direct
    description: "One of the binder's field notes.", //: under
    access: "user",
    versioned: true,
    request: { params: IdParams }, //: direct
    request: { params: FieldNoteParams }, //: under
    responses: { 200: json(FieldNote, "The field note") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param"); //: direct
    const [fieldNote] = await c.var.run(FieldNotes.find(c.var.db, id, c.var.user)); //: direct
    const { binder_id, id } = c.req.valid("param"); //: under
    const { db, user, run } = c.var; //: under
    const [, [fieldNote]] = await run( //: under
      FieldNotes.requireBinder(db, binder_id, user, "read"), //: under
      FieldNotes.find(db, binder_id, id, user), //: under
    ); //: under
    if (!fieldNote) notFound();
    if (answersNotModified(c, fieldNote.etag)) return c.body(null, 304);
    return c.json(FieldNote.parse(fieldNote), 200);
  },
);
