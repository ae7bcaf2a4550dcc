import { FieldNotes } from "../../crud/field-notes.ts";
//= tables
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { setETag } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts"; //: direct
import { FieldNote, FieldNoteUpdate } from "../../schemas/field-notes.ts"; //: direct
import { FieldNote, FieldNoteParams, FieldNoteUpdate } from "../../schemas/field-notes.ts"; //: under

export const updateFieldNote = endpoint(
  {
    method: "patch",
    path: "/field-notes/{id}", //: direct
    path: "/binders/{binder_id}/field-notes/{id}", //: under
    operationId: "updateFieldNote",
    tags: ["field notes"],
    summary: "Change a field note",
    description: "Fields that are left out keep their values.",
    access: "user",
    versioned: true,
    request: { params: IdParams, body: body(FieldNoteUpdate) }, //: direct
    request: { params: FieldNoteParams, body: body(FieldNoteUpdate) }, //: under
    //= refersTo
    responses: { 200: json(FieldNote, "The changed field note") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param"); //: direct
    const { binder_id, id } = c.req.valid("param"); //: under
    const { db, run, user, versions } = c.var;
    const [, [fieldNote]] = await run( //: direct
      versions && FieldNotes.requireVersion(db, id, user, versions), //: direct
      FieldNotes.update(db, id, user, c.req.valid("json")), //: direct
    const [, , [fieldNote]] = await run( //: under
      FieldNotes.requireBinder(db, binder_id, user, "change"), //: under
      versions && FieldNotes.requireVersion(db, binder_id, id, user, versions), //: under
      FieldNotes.update(db, binder_id, id, user, c.req.valid("json")), //: under
    );
    if (!fieldNote) notFound();
    setETag(c, fieldNote.etag);
    return c.json(FieldNote.parse(fieldNote), 200);
  },
);
