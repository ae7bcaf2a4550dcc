import { FieldNotes } from "../../crud/field-notes.ts";
//= tables
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { setETag } from "../../http/etag.ts";
import { FieldNote, FieldNoteParams, FieldNoteUpdate } from "../../schemas/field-notes.ts";

export const updateFieldNote = endpoint(
  {
    method: "patch",
    path: "/organizations/{organization_id}/field-notes/{id}", //: direct
    path: "/organizations/{organization_id}/binders/{binder_id}/field-notes/{id}", //: under
    operationId: "updateFieldNote",
    tags: ["field notes"],
    summary: "Change a field note",
    description: "Fields that are left out keep their values.",
    access: { member: "field-notes:write" },
    callers: ["user", "key"],
    versioned: true,
    request: { params: FieldNoteParams, body: body(FieldNoteUpdate) },
    //= refersTo
    responses: { 200: json(FieldNote, "The changed field note") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param"); //: direct
    const { binder_id, id } = c.req.valid("param"); //: under
    const { db, run, member, versions } = c.var;
    const [, [fieldNote]] = await run( //: direct
      versions && FieldNotes.requireVersion(db, id, member, versions), //: direct
      FieldNotes.update(db, id, member, c.req.valid("json")), //: direct
    const [, , [fieldNote]] = await run( //: under
      FieldNotes.requireBinder(db, binder_id, member, "change"), //: under
      versions && FieldNotes.requireVersion(db, binder_id, id, member, versions), //: under
      FieldNotes.update(db, binder_id, id, member, c.req.valid("json")), //: under
    );
    if (!fieldNote) notFound();
    setETag(c, fieldNote.etag);
    return c.json(FieldNote.parse(fieldNote), 200);
  },
);
