import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { setETag } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts"; //: direct
import { FieldNote } from "../../schemas/field-notes.ts"; //: direct
import { FieldNote, FieldNoteParams } from "../../schemas/field-notes.ts"; //: under

export const restoreFieldNote = endpoint(
  {
    method: "post",
    path: "/field-notes/{id}/restore", //: direct
    path: "/binders/{binder_id}/field-notes/{id}/restore", //: under
    operationId: "restoreFieldNote",
    tags: ["field notes"],
    summary: "Restore a deleted field note",
    description:
      "Possible until it is purged, by default thirty days after its deletion. A field note that is not deleted is answered unchanged.",
    access: "user",
    versioned: true,
    request: { params: IdParams }, //: direct
    request: { params: FieldNoteParams }, //: under
    responses: { 200: json(FieldNote, "The field note") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param"); //: direct
    const { binder_id, id } = c.req.valid("param"); //: under
    const { db, user, run, versions } = c.var;
    const [, , [fieldNote]] = await run( //: direct
      versions && FieldNotes.requireVersion(db, id, user, versions, "deleted"), //: direct
      FieldNotes.restore(db, id, user), //: direct
      FieldNotes.find(db, id, user), //: direct
    ); //: direct
    const [, , , [fieldNote]] = await run( //: under
      FieldNotes.requireBinder(db, binder_id, user, "change"), //: under
      versions && FieldNotes.requireVersion(db, binder_id, id, user, versions, "deleted"), //: under
      FieldNotes.restore(db, binder_id, id, user), //: under
      FieldNotes.find(db, binder_id, id, user), //: under
    ); //: under
    if (!fieldNote) notFound();
    setETag(c, fieldNote.etag);
    return c.json(FieldNote.parse(fieldNote), 200);
  },
);
